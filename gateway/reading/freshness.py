"""Waits until a view has passed a position of the log: notifications wake it, the view's position decides."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager, suppress
from functools import partial
from typing import Any

import structlog

from gateway.errors import ErrorCode, GatewayError
from gateway.reading.heard_positions import HeardPositions
from projections.positions import CHANNEL, positions_of, staleness_of
from projections.view import View
from projections.views import profile
from rules.commands import LogPosition

# A notification is lost when its connection is. A waiting request therefore reads the positions this often,
# and so does every subscription while nothing is listening.
POLL_S = 1.0
# Subscriptions are many and last long: while notifications arrive, each of them reads only this often.
POLL_WHILE_LISTENING_S = 20.0
RECONNECT_S = 0.5

ViewPartition = tuple[str, int | None]
"""A view's name and one of its partitions; None for any of them."""
Connect = Callable[[], AbstractAsyncContextManager[Any]]
_log = structlog.get_logger("gateway")


class Freshness:
    """
    `connect` lends a connection for reading; `listen` opens one to the primary, kept until it breaks.

    With `one_server` both lead to the same server. Only then what was heard can be read at once, and the
    positions that were notified decide; otherwise they are read, since a replica may be behind. `on_lost` is
    called when the listening connection is lost: another server may have taken over.
    """

    def __init__(
        self,
        *,
        connect: Connect,
        listen: Connect,
        one_server: bool = False,
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        self._connect = connect
        self._listen = listen
        self._on_lost = on_lost
        self._one_server = one_server
        self._heard = HeardPositions()
        self._waiting: dict[ViewPartition, set[asyncio.Event]] = defaultdict(set)
        self._listening = False

    @property
    def listening(self) -> bool:
        """False while the listening connection is lost: positions are then read every POLL_S seconds."""
        return self._listening

    @property
    def heard(self) -> int:
        """A number that grows with each move of a view that was heard; see `had_passed`."""
        return self._heard.count

    def had_passed(self, views: Sequence[View], positions: Sequence[LogPosition], heard: int) -> bool:
        """
        Return whether it is known that each view had passed each position when `self.heard` was `heard`.

        What was read of a view after that moment need not be read again for these positions.
        """
        return heard == self._heard.count and self._heard.have_passed(views, positions) is True

    async def run(self) -> None:
        """Listen until cancelled; reconnect after each loss of the connection."""
        while True:
            try:
                await self._listen_until_lost()
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever broke it, it has to listen again
                _log.warning("views_listener.interrupted", kind=type(error).__name__)
            self._listening = False
            self._heard.forget()
            self._on_lost()
            await asyncio.sleep(RECONNECT_S)

    async def _listen_until_lost(self) -> None:
        async with self._listen() as connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            self._listening = True
            self._notify_all()  # views may have moved while nothing was listening
            async for notice in connection.notifies():
                if self._one_server:
                    self._heard.hear(notice.payload)
                view, _, rest = str(notice.payload).partition(" ")
                self.notify(view, rest.partition(" ")[0])

    def notify(self, view: str, partition: str) -> None:
        """Wake what waits for this partition of a view, or for any of its partitions, and nothing else."""
        moved: list[ViewPartition] = [(view, None)]
        if partition.isdecimal():
            moved.append((view, int(partition)))
        for view_partition in moved:
            for event in self._waiting.get(view_partition, ()):
                event.set()

    def _notify_all(self) -> None:
        for events in self._waiting.values():
            for event in events:
                event.set()

    @contextmanager
    def signal(self, *view_partitions: ViewPartition) -> Iterator["ViewSignal"]:
        """Yield a signal that is set whenever one of these partitions moves, until the block ends."""
        event = asyncio.Event()
        for view_partition in view_partitions:
            self._waiting[view_partition].add(event)
        try:
            yield ViewSignal(event)
        finally:
            for view_partition in view_partitions:
                self._waiting[view_partition].discard(event)
                if not self._waiting[view_partition]:
                    del self._waiting[view_partition]

    @property
    def poll_s(self) -> float:
        """After how many seconds without a signal a subscription has to read again."""
        return POLL_WHILE_LISTENING_S if self._listening else POLL_S

    async def wait(self, views: Sequence[View], positions: Sequence[LogPosition], *, within_s: float) -> None:
        """Wait until each view has passed each position.

        Raises NOT_YET after `within_s`, and POSITION_GONE for a position of another generation of the log.
        """
        if not positions:
            return
        passed = await self._until(
            partial(self._have_passed, views, positions),
            *{(view.name, at.partition) for view in views for at in positions},
            within_s=within_s,
            heard=partial(self._heard.have_passed, views, positions),
        )
        if not passed:
            raise not_yet(within_s)

    async def wait_until(
        self, reached: Callable[[], Awaitable[bool]], view: View, *, within_s: float
    ) -> bool:
        """Wait until `reached` returns True, asked again when the view moves. False after `within_s`."""
        return await self._until(reached, (view.name, None), within_s=within_s)

    async def _until(
        self,
        reached: Callable[[], Awaitable[bool]],
        *signals: ViewPartition,
        within_s: float,
        heard: Callable[[], bool | None] = lambda: None,
    ) -> bool:
        """`heard` is asked first, unless a notification may have been lost; after None, `reached` is."""
        if heard():
            return True
        loop = asyncio.get_running_loop()
        deadline = loop.time() + within_s
        all_arrived = True
        with self.signal(*signals) as signal:
            while True:
                signal.clear()
                known = heard() if all_arrived else None
                if known or (known is None and await reached()):
                    return True
                if loop.time() >= deadline:
                    return False
                all_arrived = await signal.wait(within_s=min(POLL_S, deadline - loop.time()))

    async def check_fresh(self, views: Sequence[View], *, at_most_s: float) -> None:
        """Raise UNAVAILABLE if a view or its journal was last confirmed up to date more than `at_most_s` ago.

        For use before anything of one person is shown to another: the view may not know yet that a sharing
        was withdrawn.
        """
        async with self._connect() as connection:
            stale_s = await staleness_of(connection, views)
        if stale_s > at_most_s:
            raise too_stale(at_most_s)

    async def generation(self) -> str:
        """Return the generation of the log that the views are made from. Raises UNAVAILABLE before any."""
        async with self._connect() as connection:
            positions = await positions_of(connection, profile.VIEW)
        if not positions:
            raise GatewayError(ErrorCode.UNAVAILABLE, "The views were not made yet; try again later.")
        return positions[0].generation

    async def _have_passed(self, views: Sequence[View], positions: Sequence[LogPosition]) -> bool:
        async with self._connect() as connection:
            view_positions = {(at.view, at.partition): at for at in await positions_of(connection, *views)}
        pairs = [(view_positions.get((view.name, at.partition)), at) for view in views for at in positions]
        if any(reached is not None and reached.generation != at.generation for reached, at in pairs):
            raise position_gone()
        return all(reached is not None and reached.ordinal >= at.ordinal for reached, at in pairs)


def not_yet(within_s: float) -> GatewayError:
    message = f"The view did not reach `waitFor` within {within_s:g} s; try again."
    return GatewayError(ErrorCode.NOT_YET, message)


def too_stale(at_most_s: float) -> GatewayError:
    message = f"The data here is more than {at_most_s:g} s old, so it is not shown; try again later."
    return GatewayError(ErrorCode.UNAVAILABLE, message)


def position_gone() -> GatewayError:
    message = "This position is of a log that was replaced; send the request again without it."
    return GatewayError(ErrorCode.POSITION_GONE, message)


class ViewSignal:
    """Set whenever a view moves. First `clear`, then read, then `wait`: so no move in between is missed."""

    __slots__ = ("_event",)

    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    def clear(self) -> None:
        self._event.clear()

    async def wait(self, *, within_s: float) -> bool:
        """Wait until the signal is set. False after `within_s`: a notification may have been lost."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                return await self._event.wait()
        return False
