"""
A whole round over the API, on a real log, vault, keeper and views (A14).

While raters hand in, replace and take back, nothing that the subject can ask for changes by a byte, and a
rater gets the same answers before and after. Only what the subject does, and the end, change anything.
"""

import asyncio
import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from events.privacy.answers import seal_answers
from events.privacy.mirror_keys import KEPT_DAYS
from gateway.auth import Identity
from gateway.commands.http_bus import HttpBus
from gateway.errors import ErrorCode, GatewayError
from processes.assembly import app_of
from processes.recomputing import recomputation_routes
from projections.registry import find_views
from rules.access.roles import Role
from rules.audit.recomputation import Recomputation
from rules.feedback.lens_versions import version_id
from services.http.authentication import CallerReader
from tests.backends.postgres import fresh_database
from tests.gateway.api.rounds.installation import Installation, installed, recomputing
from tests.gateway.api.rounds.test_rater import MUTATION, QUERY
from tests.projections.witness import make_worker, working
from tests.services.round_house import CLOSES_AT, round_house

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]

PLAIN = """mutation ($id: UUID!, $plain: AnswersInput!) {
    submitFeedback(input: { commandId: $id, feedback: { plain: $plain } }) {
        command { outcome position version refusals { code } }
    }
}"""


@pytest.fixture
def installation(
    postgres_url: str, template: str, tmp_path: Path, key_folder: Path
) -> Iterator[Installation]:
    with (
        fresh_database(postgres_url, like=template) as url,
        round_house(url, tmp_path / "keeper") as organisation,
        working(make_worker(url, organisation.log.name, organisation.mapper, views=find_views())),
        installed(organisation.subject(), url, key_folder) as made,
    ):
        made.settled()
        yield made


def sealed(invitation: dict[str, Any], handed_in: dict[str, Any]) -> str:
    """What the page makes of answers, with nothing but what the invitation says."""
    key = invitation["key"]
    filled = json.dumps(handed_in).encode().ljust(key["size"])
    locked = seal_answers(base64.b64decode(key["publicKey"]), key["info"].encode(), filled)
    return base64.b64encode(locked).decode()


def opened(installation: Installation) -> str:
    """Open a round of the subject with four colleagues and two clients; return its id."""
    house = installation.house
    lens = f"LensVersion:{version_id(house.lens, 1)}"
    round_: str = installation.change("prepareRound", lensVersionId=lens, closesAt=CLOSES_AT.isoformat())[
        "id"
    ]
    people: list[tuple[str, dict[str, Any]]] = [
        ("PEER", {"colleagueId": f"Colleague:{house.registered(f'collega-{number}')}"}) for number in range(4)
    ]
    outsider = {"name": "Wilhelmina Zonneveld", "email": "wilhelmina@zonneveld.example"}
    people += [("CLIENT", {"outsider": outsider}), ("CLIENT", {"outsider": {"name": "Zacharias Ypma"}})]
    for perspective, rater in people:
        installation.change("inviteRater", roundId=round_, perspective=perspective, rater=rater)
    installation.change("openRound", roundId=round_)
    return round_


def answers_to(invitation: dict[str, Any]) -> list[dict[str, Any]]:
    (question,) = invitation["lens"]["questions"]
    return [{"questionId": question["id"], "value": {"scale": 4}}]


def hands_in(installation: Installation, code: str, invitation: dict[str, Any]) -> set[bytes]:
    """Hand in, take back and hand in again; return the different replies."""
    answers = answers_to(invitation)
    replies = set()
    for content in ({"answers": answers}, {"answers": [], "takeBack": True}, {"answers": answers}):
        locked = sealed(invitation, content)
        replies.add(installation.ask(MUTATION, code=code, id=str(uuid4()), sealed=locked).content)
    return replies


def test_nothing_that_the_subject_can_read_moves_while_raters_answer(installation: Installation) -> None:
    round_ = opened(installation)
    codes = [one.code for one in installation.house.raters(round_.partition(":")[2])]
    before = installation.polled(round_)
    assert len(before) > 20, "so many documents it takes to read everything"
    assert sum(b"Wilhelmina Zonneveld" in answer for answer in before.values()) >= 1
    pages = {code: installation.ask(QUERY, code=code) for code in codes}
    invitations = {code: page.json()["data"]["invitation"] for code, page in pages.items()}
    replies = set()
    for code in codes[:5]:
        replies |= hands_in(installation, code, invitations[code])
        assert installation.polled(round_) == before
    assert len(replies) == 1
    assert json.loads(replies.pop())["data"]["submitFeedback"]["command"]["outcome"] == "ACCEPTED"
    given = {"answers": answers_to(invitations[codes[5]])}
    plain = installation.ask(PLAIN, code=codes[5], id=str(uuid4()), plain=given).json()
    assert plain["data"]["submitFeedback"]["command"] == {
        "outcome": "ACCEPTED",
        "position": None,
        "version": None,
        "refusals": [],
    }
    assert installation.polled(round_) == before
    after = {code: installation.ask(QUERY, code=code).content for code in codes}
    assert after == {code: page.content for code, page in pages.items()}
    ends(installation, round_, codes[0], invitations[codes[0]])
    recomputes(installation, round_)


def ends(installation: Installation, round_: str, code: str, invitation: dict[str, Any]) -> None:
    """The subject closes: then the mirror is there, and an invitation is over."""
    installation.change("closeRound", roundId=round_)
    assert installation.closer.turn() == ()
    installation.settled()
    document = (
        "query ($id: ID!) { round(id: $id) { state invitations { id } whyNoMirror { nl } mirror {"
        " blocks { perspectives raters { from to } } leftOut rows { total cells { mean } } } } }"
    )
    closed = installation.ask(document, id=round_).json()["data"]["round"]
    assert (closed["state"], closed["invitations"], closed["whyNoMirror"]) == ("CLOSED", [], None)
    shown_sides = {side for block in closed["mirror"]["blocks"] for side in block["perspectives"]}
    assert shown_sides | set(closed["mirror"]["leftOut"]) == {"PEER", "CLIENT"}
    assert [row["total"] for row in closed["mirror"]["rows"]] == ["ABOUT_4"]
    (over,) = installation.ask(QUERY, code=code).json()["errors"]
    assert over["extensions"]["code"] == "UNAUTHENTICATED"
    locked = sealed(invitation, {"answers": answers_to(invitation)})
    late = installation.ask(MUTATION, code=code, id=str(uuid4()), sealed=locked)
    (refused,) = late.json()["errors"]
    assert refused["extensions"]["code"] == "UNAUTHENTICATED"


def recomputes(installation: Installation, round_: str) -> None:
    """
    Privacy rule 22: an auditor whom the subject gave the mirror's id gets one word, nobody else any.

    First in one process, then over HTTP, as a gateway without keys asks the processes.
    """
    house = installation.house
    mirror = installation.ask("query ($id: ID!) { round(id: $id) { mirror { id } } }", id=round_).json()
    name = mirror["data"]["round"]["mirror"]["id"]
    for claim, role in (("auditor", "AUDITOR"), ("hr", "HR")):
        granted = house.ask("administrator", Role.ADMINISTRATOR, "grantRole", role=role, subject=claim)
        assert granted.outcome == "ACCEPTED"
    installation.settled()

    def asked(of: str, *, claim: str = "auditor", role: str = "AUDITOR") -> Any:
        document = "query ($id: ID!) { recomputation(id: $id) }"
        return asyncio.run(installation.harness.ask(document, name=claim, role=role, id=of))

    assert asked(name) == {"data": {"recomputation": "AGREES"}}
    for none in ("Mirror:" + "9" * 32, "", "CapabilityRelease:" + "9" * 32 + "-1", f"{name}'"):
        assert asked(none) == {"data": {"recomputation": None}}
    for claim, role in (("hr", "HR"), ("hr", "AUDITOR"), (house.number, "PROFESSIONAL")):
        assert asked(name, claim=claim, role=role)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert over_http(installation, name.partition(":")[2]) is Recomputation.AGREES
    assert over_http(installation, "9" * 32) is None
    house.clock.advance(timedelta(days=KEPT_DAYS))
    assert over_http(installation, name.partition(":")[2]) is Recomputation.NO_LONGER_POSSIBLE
    with pytest.raises(GatewayError) as refused:
        over_http(installation, name.partition(":")[2], claim="hr")
    assert refused.value.code is ErrorCode.FORBIDDEN


def over_http(installation: Installation, of: str, *, claim: str = "auditor") -> Recomputation | None:
    """Ask processes that begin now, with the auditor's own token."""
    house, harness = installation.house, installation.harness
    callers = CallerReader(
        verifier=harness.issuer.verifier(), persons=house.vault, person_claim="employee_number"
    )
    made = recomputing(house, installation.url, installation.mirror_keys)
    app = app_of(recomputation_routes(made, callers=callers))
    identity = Identity(person=None, expires_at=house.clock.now(), token=harness.issuer.token(claim))

    async def run() -> Recomputation | None:
        transport = httpx.ASGITransport(app=app)
        async with (
            httpx.AsyncClient() as services,
            httpx.AsyncClient(transport=transport, base_url="http://processes") as processes,
        ):
            bus = HttpBus(services, processes=processes)
            return await bus.recomputation(of, identity=identity, role=Role.AUDITOR)

    return asyncio.run(run())
