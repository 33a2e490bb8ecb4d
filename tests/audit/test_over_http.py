"""An auditor's questions over HTTP, as a gateway in another process sends them."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import httpx
import msgspec
import pytest

from gateway.auth import Identity
from gateway.commands.http_bus import HttpBus
from gateway.errors import ErrorCode, GatewayError
from kit.health import Health
from rules.access.roles import Role
from rules.audit.answers import (
    AnyQuestion,
    BundleAsked,
    CommitsAsked,
    CommitsPage,
    ReplayAsked,
    ReplaySeen,
    StateAsked,
    StateSeen,
    StreamsAsked,
    StreamsPage,
    VerificationAsked,
    VerificationSeen,
)
from rules.audit.kinds import AuditStreamKind
from services.handling.requests import RequestHandler
from services.http.app import create_app
from services.http.authentication import CallerReader
from tests.audit.house import AUDITOR, AuditHouse
from tests.services.http.test_app import served

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def address(organisation: AuditHouse) -> Iterator[str]:
    house = organisation.house
    callers = CallerReader(
        verifier=organisation.harness.issuer.verifier(),
        persons=house.vault,
        person_claim="employee_number",
    )
    requests = RequestHandler(house.handler, per_minute_max=1_000, auditing=organisation.auditing)
    app = create_app(requests=requests, callers=callers, health=Health(house.clock), body_bytes_max=4_096)
    with served(app) as url:
        yield url


def asked(
    house: AuditHouse, url: str, question: AnyQuestion, *, name: str = AUDITOR, role: Role = Role.AUDITOR
) -> object:
    now = house.house.clock.now()
    identity = Identity(
        person=None, expires_at=now + timedelta(hours=1), token=house.harness.issuer.token(name)
    )

    async def run() -> object:
        async with httpx.AsyncClient(base_url=url, timeout=20) as client:
            return await HttpBus(client).audit(question, identity=identity, role=role)

    return asyncio.run(run())


def test_every_question_has_its_answer(house: AuditHouse, address: str) -> None:
    replay = house.start(asks=("TALENT",))
    house.grant(replay, "TALENT")
    handle = replay.partition(":")[2]
    streams = asked(house, address, StreamsAsked(kind=AuditStreamKind.PORTFOLIO, first=5))
    assert isinstance(streams, StreamsPage)
    assert streams.streams
    seen = asked(house, address, ReplayAsked(replay=handle))
    assert isinstance(seen, ReplaySeen)
    assert (seen.owner, len(seen.openings)) == (house.owner, 1)
    page = asked(house, address, CommitsAsked(replay=handle, first=2))
    assert isinstance(page, CommitsPage)
    assert [commit.number for commit in page.commits] == [1, 2]
    assert page.more
    assert isinstance(asked(house, address, VerificationAsked(replay=handle)), VerificationSeen)
    state = asked(house, address, StateAsked(replay=handle))
    assert isinstance(state, StateSeen)
    assert set(state.content) == {"talent"}
    assert asked(house, address, BundleAsked(replay=handle)) is None
    assert asked(house, address, ReplayAsked(replay="ab" * 60)) is None


def test_another_role_is_refused_and_malformed_questions_are(house: AuditHouse, address: str) -> None:
    replay = house.start()
    for question in (StreamsAsked(kind=AuditStreamKind.POLICY, first=5), ReplayAsked(replay=replay)):
        for name, role in (("hr", Role.HR), ("hr", Role.AUDITOR), (house.house.number, Role.PROFESSIONAL)):
            with pytest.raises(GatewayError) as refused:
                asked(house, address, question, name=name, role=role)
            assert refused.value.code is ErrorCode.FORBIDDEN
    headers = {
        "Authorization": f"Bearer {house.harness.issuer.token(AUDITOR)}",
        "IPP-Role": "AUDITOR",
        "Content-Type": "application/json",
    }
    for body in (
        b"{}",
        b"no json",
        msgspec.json.encode({"type": "StreamsAsked", "kind": "round", "first": 1}),
        msgspec.json.encode({"type": "StreamsAsked", "kind": "policy", "first": 0}),
        msgspec.json.encode({"type": "StreamsAsked", "kind": "policy", "first": -1}),
        msgspec.json.encode({"type": "CommitsAsked", "replay": replay, "first": -1}),
        msgspec.json.encode({"type": "CommitsAsked", "replay": replay, "first": 1, "after": -1}),
    ):
        answer = httpx.post(f"{address}/audit", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "BAD_REQUEST")
