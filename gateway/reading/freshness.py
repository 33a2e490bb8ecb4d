"""Waiting until a view has passed a place in the log: woken by its workers, and told by its positions."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from typing import Any

import structlog

from gateway.errors import ErrorCode, GatewayError
from projections.positions import CHANNEL, positions_of, staleness_of
from projections.view import View
from projections.views import profile
from rules.commands import LogPosition

# A notification may be lost with its connection; positions are looked at this often by a request that waits,
# and by every subscription for as long as nobody is listening.
LOOK_AGAIN_S = 1.0
# Subscriptions last, and are many: while notifications come, each looks by itself only this often.
SAFETY_LOOK_S = 20.0
RECONNECT_S = 0.5

Part = tuple[str, int | None]
"""A view's name and a partition of it; None for whichever."""
Connect = Callable[[], AbstractAsyncContextManager[Any]]
_log = structlog.get_logger("gateway")


class Freshness:
    """`connect` gives a connection for reading, `listen` one on the primary, kept for as long as it lasts."""

    def __init__(self, *, connect: Connect, listen: Connect) -> None:
        self._connect = connect
        self._listen = listen
        self._waiting: dict[Part, set[asyncio.Event]] = defaultdict(set)
        self._listening = False

    async def generation(self) -> str:
        """Return the generation of the log that the views were folded from. Raises UNAVAILABLE before any."""
        async with self._connect() as connection:
            positions = await positions_of(connection, profile.VIEW)
        if not positions:
            raise GatewayError(ErrorCode.UNAVAILABLE, "The views were not made yet; try again.")
        return positions[0].generation

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
                view, _, moved = str(notice.payload).partition(" ")
                self.moved(view, moved.partition(" ")[0])

    def moved(self, view: str, partition: str) -> None:
        """Wake who waits for this part of a view, and nobody else."""
        parts: list[Part] = [(view, None)]
        if partition.isdecimal():
            parts.append((view, int(partition)))
        for part in parts:
            for event in self._waiting.get(part, ()):
                event.set()

    def _wake_all(self) -> None:
        for events in self._waiting.values():
            for event in events:
                event.set()

    @contextmanager
    def movement(self, *parts: Part) -> Iterator["Movement"]:
        """Give what wakes whoever looks at these parts of views, for as long as the block lasts."""
        event = asyncio.Event()
        for part in parts:
            self._waiting[part].add(event)
        try:
            yield Movement(event)
        finally:
            for part in parts:
                self._waiting[part].discard(event)
                if not self._waiting[part]:
                    del self._waiting[part]

    @property
    def look_again_s(self) -> float:
        """How long one who stays may rely on being woken."""
        return SAFETY_LOOK_S if self._listening else LOOK_AGAIN_S

    async def wait(self, views: Sequence[View], places: Sequence[LogPosition], *, within_s: float) -> None:
        """Wait until each view has passed each place. Raises NOT_YET, or POSITION_GONE for another log's."""
        if not places or await self.passed(views, places):
            return
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        parts = {(view.name, place.partition) for view in views for place in places}
        with self.movement(*parts) as movement:
            while True:
                movement.forget()
                if await self.passed(views, places):
                    return
                if loop.time() >= deadline:
                    break
                await movement.next(within_s=min(LOOK_AGAIN_S, deadline - loop.time()))
        raise GatewayError(ErrorCode.NOT_YET, f"The view did not reach `waitFor` within {within_s:g} s.")

    async def need_fresh(self, views: Sequence[View], *, at_most_s: float) -> None:
        """Raise UNAVAILABLE if a view, or the journal it is folded from, was last known whole before that.

        Called before anything of one person is disclosed to another: a sharing withdrawn may not be seen yet.
        """
        async with self._connect() as connection:
            stale_s = await staleness_of(connection, views)
        if stale_s > at_most_s:
            raise too_stale(at_most_s)

    async def passed(self, views: Sequence[View], places: Sequence[LogPosition]) -> bool:
        """Tell whether all views have passed all places. Raises POSITION_GONE for one of another log."""
        async with self._connect() as connection:
            standing = {(at.view, at.partition): at for at in await positions_of(connection, *views)}
        stands = [(standing.get((view.name, place.partition)), place) for view in views for place in places]
        if any(at is not None and at.generation != place.generation for at, place in stands):
            message = "This position is of a log that was replaced: ask without it."
            raise GatewayError(ErrorCode.POSITION_GONE, message)
        return all(at is not None and at.ordinal >= place.ordinal for at, place in stands)


def too_stale(at_most_s: float) -> GatewayError:
    message = f"What is known here is older than {at_most_s:g} s, so it isn't shown; try again."
    return GatewayError(ErrorCode.UNAVAILABLE, message)


class Movement:
    """First `forget`, then look, then wait for the `next`: so nothing that moves in between is missed."""

    __slots__ = ("_event",)

    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    def forget(self) -> None:
        self._event.clear()

    async def next(self, *, within_s: float) -> bool:
        """Wait until something moved; False when the time is over, and it may have moved unheard."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                return await self._event.wait()
        return False
