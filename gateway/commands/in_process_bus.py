"""The command bus of the embedded profile: services in the same process, on a bounded pool of threads."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from gateway.auth import Identity
from gateway.commands.bus import Fate, Order
from gateway.errors import ErrorCode, GatewayError
from rules.access.roles import Role

THREADS_MAX = 16
WAITING_MAX = 128
COMMAND_S_MAX = 12.0
T = TypeVar("T")

Handle = Callable[[Order, str, Role], Fate]
"""Decides on a command of a person in a role; raises GatewayError FORBIDDEN or UNAVAILABLE."""
FateOf = Callable[[str, str, Role], Fate | None]
"""Finds a command of a person by its id; raises likewise."""


class InProcessBus:
    """`handle` and `fate_of` block; they run beside the loop that serves."""

    def __init__(self, *, handle: Handle, fate_of: FateOf) -> None:
        self._handle = handle
        self._fate_of = fate_of
        self._threads = ThreadPoolExecutor(THREADS_MAX, thread_name_prefix="commands")
        self._under_way = 0

    def close(self) -> None:
        """Let what was begun come to its end."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def send(self, order: Order, *, identity: Identity, role: Role) -> Fate:
        person = _person(identity)
        try:
            return await self._run(lambda: self._handle(order, person, role))
        except TimeoutError:  # the thread goes on, so nothing is certain yet
            return Fate(command_id=order.command_id, outcome="UNSETTLED")

    async def fate(self, command_id: str, *, identity: Identity, role: Role) -> Fate | None:
        person = _person(identity)
        try:
            return await self._run(lambda: self._fate_of(command_id, person, role))
        except TimeoutError:
            raise GatewayError(ErrorCode.UNAVAILABLE, "This can't be told now; ask again.") from None

    async def _run(self, work: Callable[[], T]) -> T:
        if self._under_way >= THREADS_MAX + WAITING_MAX:
            raise GatewayError(ErrorCode.UNAVAILABLE, "Too much at once; nothing was sent, try again.")
        self._under_way += 1
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        future.add_done_callback(self._done)
        async with asyncio.timeout(COMMAND_S_MAX):
            return await asyncio.shield(future)

    def _done(self, future: "asyncio.Future[T]") -> None:
        self._under_way -= 1
        if not future.cancelled():
            future.exception()  # seen here too, since nobody waits for it after a timeout


def _person(identity: Identity) -> str:
    if identity.person is None:
        raise GatewayError(ErrorCode.FORBIDDEN, "Nobody is known here by this token.")
    return identity.person
