"""Raters over HTTP: their code is the only credential, and it opens nothing but their invitation."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from joserfc.jwk import KeySet

from events.privacy.invitations import Invited
from kit.health import Health
from kit.http.tokens import KnownKeys, TokenVerifier
from rules.feedback.invitation import RaterInvitation
from rules.feedback.rater_code import shown
from services.http.app import create_app
from services.http.authentication import CallerReader
from tests.backends.postgres import fresh_database
from tests.services.http.test_app import ISSUER, KEY, Client, served
from tests.services.round_house import RoundHouse, hand_in, round_house, sealed_for

pytestmark = pytest.mark.postgres


@dataclass(frozen=True, slots=True, kw_only=True)
class Raters:
    client: Client
    house: RoundHouse
    round: str
    invited: list[Invited]

    @property
    def http(self) -> httpx.Client:
        return self.client.http

    def owner(self, **changed: Any) -> dict[str, str]:
        return self.client.headers(self.house.number, **changed)


def bearer(code: str, **more: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {code}", **more}


@pytest.fixture(scope="module")
def raters(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Raters]:
    folder: Path = tmp_path_factory.mktemp("keys")
    with fresh_database(postgres_url) as url, round_house(url, folder) as organisation:
        house = organisation.subject()
        round_ = house.opens()
        keys = KnownKeys(KeySet.import_key_set({"keys": [KEY.as_dict(private=False)]}))
        verifier = TokenVerifier(keys=keys, issuer=ISSUER, audience="ipp", clock=house.clock)
        app = create_app(
            requests=house.requests(),
            callers=CallerReader(verifier=verifier, persons=house.vault, person_claim="employee_number"),
            health=Health(house.clock),
            body_bytes_max=64 * 1024,
        )
        with served(app) as address, httpx.Client(base_url=address, timeout=20) as http:
            client = Client(http=http, house=house)
            yield Raters(client=client, house=house, round=round_, invited=house.raters(round_))


def submit(raters: Raters, code: str, sealed: bytes, **headers: str) -> httpx.Response:
    request = hand_in(sealed)
    body = {"commandId": request.command_id, "input": request.input}
    return raters.http.post("/commands/submitFeedback", json=body, headers=bearer(code, **headers))


def test_a_rater_hands_in_with_the_code_in_any_spelling_and_with_or_without_the_role(raters: Raters) -> None:
    rater = raters.invited[0]
    sealed = sealed_for(raters.house, rater)
    for code in (rater.code, shown(rater.code), shown(rater.code).lower()):
        for role in ({}, {"IPP-Role": "RATER"}):
            answer = submit(raters, code, sealed, **role)
            assert answer.status_code == 200
            assert (answer.json()["outcome"], answer.json()["position"]) == ("ACCEPTED", None)
            asked = raters.http.get(f"/commands/{answer.json()['commandId']}", headers=bearer(code))
            assert asked.json() == answer.json()


def test_a_rater_reads_the_own_invitation_alone(raters: Raters) -> None:
    rater, other, *_ = raters.invited
    answer = raters.http.get("/invitation", headers=bearer(rater.code))
    found = msgspec.json.decode(answer.content, type=RaterInvitation)
    assert (found.round, found.subject) == (raters.round, raters.house.person(raters.house.number))
    assert other.code not in answer.text
    for path in (f"/rounds/{raters.round}/invited", f"/commands/{uuid4()}"):
        assert raters.http.get(path, headers=bearer(rater.code)).status_code in {403, 404}


def test_a_wrong_code_looks_like_an_invitation_that_is_over(raters: Raters) -> None:
    answer = submit(raters, "0" * 16, b"")
    assert answer.status_code == 200
    assert [refusal["code"] for refusal in answer.json()["refusals"]] == ["INVITATION_OVER"]
    assert raters.http.get("/invitation", headers=bearer("0" * 16)).status_code == 404


@pytest.mark.parametrize("role", ["PROFESSIONAL", "CONFIDENTIAL_ADVISER", "HR_FEED"])
def test_a_code_is_for_no_other_role(raters: Raters, role: str) -> None:
    assert submit(raters, raters.invited[0].code, b"", **{"IPP-Role": role}).status_code == 403


def test_a_code_does_no_command_of_an_account(raters: Raters) -> None:
    body = {"commandId": str(uuid4()), "input": {"roundId": raters.round}}
    for name in ("closeRound", "cancelRound", "openPortfolio"):
        answer = raters.http.post(f"/commands/{name}", json=body, headers=bearer(raters.invited[0].code))
        assert answer.status_code == 403


def test_a_token_is_no_code(raters: Raters) -> None:
    as_rater = raters.owner(role="RATER")
    assert raters.http.get("/invitation", headers=as_rater).status_code == 403
    assert raters.http.get("/invitation", headers=raters.owner()).status_code == 403
    body = {"commandId": str(uuid4()), "input": {"sealed": ""}}
    for headers in (as_rater, raters.owner()):
        answer = raters.http.post("/commands/submitFeedback", json=body, headers=headers)
        assert answer.status_code in {403, 404}


def test_a_subject_reads_whom_they_asked_and_a_stranger_nobody(raters: Raters) -> None:
    path = f"/rounds/{raters.round}/invited"
    own = raters.http.get(path, headers=raters.owner())
    assert {one["invitation"] for one in own.json()} == {one.invitation.invitation for one in raters.invited}
    assert not [one.code for one in raters.invited if one.code in own.text]
    other = raters.http.get(path, headers=raters.client.headers(raters.house.subject().number))
    assert other.json() == []
    assert raters.http.get(path).status_code == 401
    assert raters.http.get(path, headers=raters.client.headers("wc", "WORKS_COUNCIL")).status_code == 403
