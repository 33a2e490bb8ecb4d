"""Waiting until a view has passed a place in the log: woken by its workers, and told by its positions."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from typing import Any

import structlog

from gateway.errors import ErrorCode, GatewayError
from gateway.positions import Place
from projections.positions import CHANNEL, positions_of
from projections.view import View

# A notification may be lost with its connection; positions are then looked at this often by whoever waits.
LOOK_AGAIN_S = 1.0
RECONNECT_S = 0.5

Connect = Callable[[], AbstractAsyncContextManager[Any]]
_log = structlog.get_logger("gateway")


class Freshness:
    """`connect` gives a connection for reading, `listen` one on the primary, kept for as long as it lasts."""

    def __init__(self, *, connect: Connect, listen: Connect) -> None:
        self._connect = connect
        self._listen = listen
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._listening = False

    @property
    def listening(self) -> bool:
        """False while the connection is lost: waiting then goes on by looking once a second."""
        return self._listening

    async def run(self) -> None:
        """Listen until cancelled, coming back after each loss of the connection."""
        while True:
            try:
                await self._hear()
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever broke it, listening has to come back
                _log.warning("views_listener.interrupted", kind=type(error).__name__)
            self._listening = False
            await asyncio.sleep(RECONNECT_S)

    async def _hear(self) -> None:
        async with self._listen() as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._listening = True
            self._wake_all()  # whatever moved while nobody listened
            async for notice in connection.notifies():
                self._wake(str(notice.payload).partition(" ")[0])

    def _wake(self, view: str) -> None:
        for event in self._waiting.get(view, ()):
            event.set()

    def _wake_all(self) -> None:
        for view in self._waiting:
            self._wake(view)

    @contextmanager
    def movement(self, views: Sequence[View]) -> Iterator["Movement"]:
        """Give what wakes whoever looks at these views, for as long as the block lasts."""
        event = asyncio.Event()
        for view in views:
            self._waiting[view.name].add(event)
        try:
            yield Movement(event)
        finally:
            for view in views:
                self._waiting[view.name].discard(event)

    async def wait(self, views: Sequence[View], places: Sequence[Place], *, within_s: float) -> None:
        """Wait until each view has passed each place. Raises NOT_YET, or POSITION_GONE for another log's."""
        if not places or await self.passed(views, places):
            return
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        with self.movement(views) as movement:
            while True:
                movement.forget()
                if await self.passed(views, places):
                    return
                if loop.time() >= deadline:
                    break
                await movement.next(within_s=deadline - loop.time())
        raise GatewayError(ErrorCode.NOT_YET, f"The view did not reach `waitFor` within {within_s:g} s.")

    async def passed(self, views: Sequence[View], places: Sequence[Place]) -> bool:
        async with self._connect() as connection:
            for view in views:
                standing = {row.partition: row for row in await positions_of(connection, view)}
                for place in places:
                    row = standing.get(place.partition)
                    if row is None:
                        return False
                    if row.generation != place.generation:
                        message = "This position is of a log that was replaced: ask without it."
                        raise GatewayError(ErrorCode.POSITION_GONE, message)
                    if row.ordinal < place.ordinal:
                        return False
        return True


class Movement:
    """First `forget`, then look, then wait for the `next`: so nothing that moves in between is missed."""

    __slots__ = ("_event",)

    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    def forget(self) -> None:
        self._event.clear()

    async def next(self, *, within_s: float = LOOK_AGAIN_S) -> None:
        """Wait until something moved, or might have unheard, or the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(min(within_s, LOOK_AGAIN_S)):
                await self._event.wait()
