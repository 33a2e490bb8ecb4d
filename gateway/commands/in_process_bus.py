"""The command bus of the embedded profile: services in the same process, on a bounded number of threads."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol, TypeVar

from gateway.auth import Identity
from gateway.errors import ErrorCode, GatewayError
from kit.errors import RequestError
from rules.access.roles import Role
from rules.audit.answers import AnyAnswer, AnyQuestion
from rules.audit.recomputation import Recomputation
from rules.commands import CommandRequest, CommandResult
from rules.feedback.invitation import InvitationLetter, InvitedPerson, RaterInvitation

THREADS_MAX = 16
WAITING_MAX = 128
COMMAND_S_MAX = 12.0
NO_ANSWER = "The services did not answer in time; try again."
NOTHING_RECOMPUTED = "Nothing can be computed again in this installation."
NOT_RECOMPUTED_YET = "It is still being computed, so nothing is known yet; ask again in a minute."
T = TypeVar("T")


class CommandHandler(Protocol):
    """Handles what a person asks in a role. All methods block and raise RequestError."""

    def send(self, request: CommandRequest, *, person: str, role: Role) -> CommandResult: ...
    def result_of(self, command_id: str, *, person: str, role: Role) -> CommandResult | None: ...
    def invitation(self, *, person: str, role: Role) -> RaterInvitation | None: ...
    def invited(self, round_: str, *, person: str, role: Role) -> list[InvitedPerson]: ...
    def letters(self, *, person: str, role: Role) -> list[InvitationLetter]: ...
    def audit(self, question: AnyQuestion, *, person: str, role: Role) -> AnyAnswer | None: ...


class Recomputing(Protocol):
    """Computes releases and mirrors again (processes/recomputing.py). It blocks and raises RequestError."""

    def recomputed(self, of: str, *, person: str, role: Role) -> Recomputation | None: ...


class InProcessBus:
    """
    Handles commands on a pool of threads of its own, outside the serving event loop.

    A command that nobody waits for any longer keeps its thread until it ends. anyio's limiter would count
    that thread as free, so the number of threads would have no bound while the log can't be reached.
    """

    def __init__(self, commands: CommandHandler, *, recomputing: Recomputing | None = None) -> None:
        self._handler = commands
        self._recomputing = recomputing
        self._threads = ThreadPoolExecutor(THREADS_MAX, thread_name_prefix="commands")
        self._running = 0

    def close(self) -> None:
        """Wait for the commands that have started, and close."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def send(self, request: CommandRequest, *, identity: Identity, role: Role) -> CommandResult:
        person = _person(identity)
        try:
            return await self._run(partial(self._handler.send, request, person=person, role=role))
        except TimeoutError:  # the thread continues, so the command may still happen
            return CommandResult(command_id=request.command_id, outcome="UNSETTLED")

    async def result_of(self, command_id: str, *, identity: Identity, role: Role) -> CommandResult | None:
        ask = partial(self._handler.result_of, command_id, person=_person(identity), role=role)
        return await self._asked(ask, "The outcome is not known yet; try again.")

    async def invitation(self, *, identity: Identity) -> RaterInvitation | None:
        ask = partial(self._handler.invitation, person=_person(identity), role=Role.RATER)
        return await self._asked(ask, NO_ANSWER)

    async def invited(self, round_: str, *, identity: Identity, role: Role) -> list[InvitedPerson]:
        ask = partial(self._handler.invited, round_, person=_person(identity), role=role)
        return await self._asked(ask, NO_ANSWER)

    async def letters(self, *, identity: Identity, role: Role) -> list[InvitationLetter]:
        return await self._asked(
            partial(self._handler.letters, person=_person(identity), role=role), NO_ANSWER
        )

    async def audit(self, question: AnyQuestion, *, identity: Identity, role: Role) -> AnyAnswer | None:
        ask = partial(self._handler.audit, question, person=_person(identity), role=role)
        return await self._asked(ask, NO_ANSWER)

    async def recomputation(self, of: str, *, identity: Identity, role: Role) -> Recomputation | None:
        if self._recomputing is None:
            raise GatewayError(ErrorCode.UNAVAILABLE, NOTHING_RECOMPUTED)
        ask = partial(self._recomputing.recomputed, of, person=_person(identity), role=role)
        return await self._asked(ask, NOT_RECOMPUTED_YET)

    async def _asked(self, work: Callable[[], T], too_late: str) -> T:
        try:
            return await self._run(work)
        except TimeoutError:
            raise GatewayError(ErrorCode.UNAVAILABLE, too_late) from None

    async def _run(self, work: Callable[[], T]) -> T:
        if self._running >= THREADS_MAX + WAITING_MAX:
            raise GatewayError(
                ErrorCode.UNAVAILABLE, "Too many commands at once; this one was not sent, try again later."
            )
        self._running += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        future.add_done_callback(self._done)
        try:
            async with asyncio.timeout(COMMAND_S_MAX):
                return await asyncio.shield(future)
        except RequestError as error:
            code = ErrorCode.BAD_REQUEST if error.code == "NOT_FOUND" else ErrorCode(error.code)
            raise GatewayError(code, error.sentence) from error

    def _done(self, future: "asyncio.Future[T]") -> None:
        self._running -= 1
        if not future.cancelled():
            future.exception()  # fetched here too: after a timeout nothing else fetches it


def _person(identity: Identity) -> str:
    if identity.person is None:
        raise GatewayError(ErrorCode.FORBIDDEN, "Your token names nobody who is known here.")
    return identity.person
