"""The result of a command never claims more than is known."""

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

import httpx
import msgspec
import pytest

from gateway.auth import Identity
from gateway.commands import in_process_bus
from gateway.commands.http_bus import HttpBus
from gateway.commands.in_process_bus import InProcessBus
from gateway.errors import ErrorCode, GatewayError
from kit.errors import (
    ForbiddenError,
    NotFoundError,
    RequestError,
    TooManyRequestsError,
    UnavailableError,
)
from rules.access.roles import Role
from rules.audit.answers import AnyAnswer, AnyQuestion
from rules.commands import CommandRequest, CommandResult, LogPosition
from rules.feedback.invitation import InvitationLetter, InvitedPerson, RaterInvitation
from rules.feedback.questions import Perspective
from tests.gateway.harness import NOW

COMMAND = "2b6a3a5e-0d1c-4c55-9a51-6a0f2d0f4f10"
BEARER = "the.owners.token"
REQUEST = CommandRequest(name="claimTalent", command_id=COMMAND, expected_version=4, input={"strength": 3})
OWNER = Identity(person="a" * 32, expires_at=NOW + timedelta(hours=1), token=BEARER)
ACCEPTED = {
    "commandId": COMMAND,
    "outcome": "ACCEPTED",
    "position": {"generation": "f" * 32, "partition": 3, "ordinal": 9},
    "version": 5,
    "refusals": [],
    "entityId": "b" * 32,
}
T = TypeVar("T")
Answer = Callable[[httpx.Request], httpx.Response]


class NoCommands:
    """A handler of commands that knows none."""

    def send(self, request: CommandRequest, *, person: str, role: Role) -> CommandResult:
        raise NotImplementedError

    def result_of(self, command_id: str, *, person: str, role: Role) -> CommandResult | None:
        return None

    def invitation(self, *, person: str, role: Role) -> RaterInvitation | None:
        return None

    def invited(self, round_: str, *, person: str, role: Role) -> list[InvitedPerson]:
        return []

    def letters(self, *, person: str, role: Role) -> list[InvitationLetter]:
        return []

    def audit(self, question: AnyQuestion, *, person: str, role: Role) -> AnyAnswer | None:
        return None


def send(answer: Answer) -> CommandResult:
    async def run() -> CommandResult:
        transport = httpx.MockTransport(answer)
        async with httpx.AsyncClient(transport=transport, base_url="http://services") as client:
            return await HttpBus(client).send(REQUEST, identity=OWNER, role=Role.PROFESSIONAL)

    return asyncio.run(run())


def says(status: int, body: object) -> Answer:
    return lambda _: httpx.Response(status, json=body)


def fails(error: type[httpx.HTTPError]) -> Answer:
    def answer(request: httpx.Request) -> httpx.Response:
        raise error("lost on the way", request=request)  # type: ignore[call-arg]

    return answer


def test_a_command_goes_out_with_the_callers_own_token_role_id_and_version() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=ACCEPTED)

    fate = send(answer)
    (request,) = seen
    assert request.url.path == "/commands/claimTalent"
    assert request.headers["authorization"] == f"Bearer {BEARER}"
    assert request.headers["ipp-role"] == "PROFESSIONAL"
    assert json.loads(request.content) == {
        "commandId": COMMAND,
        "expectedVersion": 4,
        "input": {"strength": 3},
    }
    assert fate.position == LogPosition(generation="f" * 32, partition=3, ordinal=9)
    assert (fate.outcome, fate.version, fate.entity_id) == ("ACCEPTED", 5, "b" * 32)


@pytest.mark.parametrize(
    "error", [httpx.ReadTimeout, httpx.WriteTimeout, httpx.ReadError, httpx.RemoteProtocolError]
)
def test_an_answer_lost_on_the_way_leaves_a_command_unsettled(error: type[httpx.HTTPError]) -> None:
    assert send(fails(error)) == CommandResult(command_id=COMMAND, outcome="UNSETTLED")


@pytest.mark.parametrize(
    "answer",
    [
        says(500, {"code": "INTERNAL", "message": "whether it happened is not known"}),
        says(502, "a proxy's own page"),
        says(200, {"unknown": "shape"}),
        says(404, {"code": "NOT_FOUND", "message": "no such address"}),
    ],
)
def test_an_answer_that_says_nothing_clear_leaves_a_command_unsettled(answer: Answer) -> None:
    assert send(answer).outcome == "UNSETTLED"


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout])
def test_only_what_was_never_sent_is_unavailable(error: type[httpx.HTTPError]) -> None:
    with pytest.raises(GatewayError) as refused:
        send(fails(error))
    assert refused.value.code is ErrorCode.UNAVAILABLE


@pytest.mark.parametrize(
    ("status", "code"), [(403, "FORBIDDEN"), (401, "UNAUTHENTICATED"), (503, "UNAVAILABLE")]
)
def test_an_error_of_the_services_is_passed_on(status: int, code: str) -> None:
    with pytest.raises(GatewayError) as refused:
        send(says(status, {"code": code, "message": "so it is"}))
    assert (refused.value.code.value, refused.value.message) == (code, "So it is.")


def test_an_unknown_command_has_no_result() -> None:
    async def run() -> CommandResult | None:
        transport = httpx.MockTransport(says(404, {"code": "NOT_FOUND", "message": "nothing is known"}))
        async with httpx.AsyncClient(transport=transport, base_url="http://services") as client:
            return await HttpBus(client).result_of(COMMAND, identity=OWNER, role=Role.PROFESSIONAL)

    assert asyncio.run(run()) is None


CODE = "K7QF"
RATER = Identity(person="b" * 64, expires_at=NOW + timedelta(minutes=10), token=CODE, is_rater=True)
INVITED = [
    InvitedPerson(invitation="c" * 32, perspective=Perspective.CLIENT, name="Zoë", email="z@e.example")
]
INVITATION = RaterInvitation(
    subject="a" * 32,
    round="d" * 32,
    perspective=Perspective.PEER,
    own_question=None,
    lens="e" * 32,
    lens_number=1,
    attributed=False,
    floor=3,
    comment_floor=3,
    promise_version=1,
    closes_at=NOW,
    public_key=b"\4" * 65,
    info=b"ipp.feedback.v1|x|peer",
)


def asks(answer: Answer, ask: Callable[[HttpBus], Awaitable[T]]) -> T:
    async def run() -> T:
        transport = httpx.MockTransport(answer)
        async with httpx.AsyncClient(transport=transport, base_url="http://services") as client:
            return await ask(HttpBus(client))

    return asyncio.run(run())


def test_what_the_vault_alone_knows_is_asked_with_the_caller_s_own_credential() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        found = INVITATION if request.url.path == "/invitation" else INVITED
        return httpx.Response(200, content=msgspec.json.encode(found))

    assert asks(answer, lambda bus: bus.invitation(identity=RATER)) == INVITATION
    assert asks(answer, lambda bus: bus.invited("d" * 32, identity=OWNER, role=Role.PROFESSIONAL)) == INVITED
    assert [(one.url.path, one.headers["authorization"], one.headers["ipp-role"]) for one in seen] == [
        ("/invitation", "Bearer K7QF", "RATER"),
        (f"/rounds/{'d' * 32}/invited", f"Bearer {BEARER}", "PROFESSIONAL"),
    ]


def test_an_invitation_that_is_over_is_none_and_services_that_do_not_answer_are_unavailable() -> None:
    gone = says(404, {"code": "NOT_FOUND", "message": "this invitation is over"})
    assert asks(gone, lambda bus: bus.invitation(identity=RATER)) is None
    limited = says(429, {"code": "LIMIT_EXCEEDED", "message": "too many codes"})
    for answer, code in (
        (fails(httpx.ReadTimeout), ErrorCode.UNAVAILABLE),
        (limited, ErrorCode.LIMIT_EXCEEDED),
    ):
        with pytest.raises(GatewayError) as refused:
            asks(answer, lambda bus: bus.invitation(identity=RATER))
        assert refused.value.code is code


def test_a_handler_that_takes_too_long_leaves_a_command_unsettled_and_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(in_process_bus, "COMMAND_S_MAX", 0.05)
    may_end, ended = threading.Event(), threading.Event()

    class Slow(NoCommands):
        def send(self, request: CommandRequest, *, person: str, role: Role) -> CommandResult:
            may_end.wait(10)
            ended.set()
            return CommandResult(command_id=request.command_id, outcome="ACCEPTED")

    bus = InProcessBus(Slow())
    assert asyncio.run(bus.send(REQUEST, identity=OWNER, role=Role.PROFESSIONAL)).outcome == "UNSETTLED"
    may_end.set()
    assert ended.wait(10)
    bus.close()


def test_more_at_once_than_may_wait_is_refused_before_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_process_bus, "WAITING_MAX", 2)
    may_end, handled = threading.Event(), []

    class Slow(NoCommands):
        def send(self, request: CommandRequest, *, person: str, role: Role) -> CommandResult:
            may_end.wait(10)
            handled.append(person)
            return CommandResult(command_id=request.command_id, outcome="ACCEPTED")

    bus = InProcessBus(Slow())
    most = in_process_bus.THREADS_MAX + 2

    async def run() -> list[CommandResult | BaseException]:
        sent = [
            asyncio.create_task(bus.send(REQUEST, identity=OWNER, role=Role.PROFESSIONAL))
            for _ in range(most + 3)
        ]
        await asyncio.sleep(0.1)
        may_end.set()
        return await asyncio.gather(*sent, return_exceptions=True)

    answers = asyncio.run(run())
    bus.close()
    refused = [answer for answer in answers if isinstance(answer, GatewayError)]
    assert [error.code for error in refused] == [ErrorCode.UNAVAILABLE] * 3
    assert len(handled) == most


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ForbiddenError("not yours"), ErrorCode.FORBIDDEN),
        (TooManyRequestsError("wait a little"), ErrorCode.LIMIT_EXCEEDED),
        (NotFoundError("there is no command"), ErrorCode.BAD_REQUEST),
        (UnavailableError("the log is away"), ErrorCode.UNAVAILABLE),
    ],
)
def test_an_error_of_services_in_the_same_process_is_passed_on(error: RequestError, code: ErrorCode) -> None:
    class Refusing(NoCommands):
        def send(self, request: CommandRequest, *, person: str, role: Role) -> CommandResult:
            raise error

    with pytest.raises(GatewayError) as refused:
        asyncio.run(InProcessBus(Refusing()).send(REQUEST, identity=OWNER, role=Role.PROFESSIONAL))
    assert (refused.value.code, refused.value.message) == (code, error.sentence)
