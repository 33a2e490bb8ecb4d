"""Turns of one caller: their operations wait for each other, and nobody else waits for all of them."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from time import thread_time
from typing import Final
from weakref import WeakValueDictionary

READS_AT_ONCE_MAX: Final = 3
"""Database connections of one caller, over all their requests to this process."""
REST: Final = 4
"""While a document is read or an answer made, the event loop does nothing else for milliseconds. Its caller's
next operation waits so many times as long, so that one caller takes a fifth of the loop's time at most.
Processor time is measured: how long a busy machine kept the process waiting is not its caller's doing."""
REST_FREE_S: Final = 1.0
"""So much rest is not waited for: a screen that asks several things at once is not slower."""
RESTS_LOOKED_AT_S: Final = 1.0
"""How often those whose rest is over are forgotten, by one timer for all of them."""


class CallerTurns:
    """One caller's queues: for connections to the database, and for operations, with a rest after each."""

    def __init__(self, remember: Callable[["CallerTurns"], None]) -> None:
        """`remember` holds these queues until the rest is over, also when no operation does."""
        self.reads = asyncio.Semaphore(READS_AT_ONCE_MAX)
        self._operations = asyncio.Lock()
        self._rest_until_s = 0.0
        self._begun_s = 0.0
        self._remember = remember
        self.is_working = False
        """Whether the time is being measured now."""

    async def begin(self) -> None:
        """Wait until the operations before are over, and the rest after them."""
        if not self._operations.locked() and self._left_s() <= 0:
            return
        async with self._operations:
            left_s = self._left_s()
            while left_s > 0:
                await asyncio.sleep(left_s)
                left_s = self._left_s()

    def end_read(self) -> None:
        """Give a turn of `reads` back; what holds this method holds the caller's queues."""
        self.reads.release()

    def working(self) -> AbstractContextManager[None]:
        """Lengthen the rest by REST times the processor time of the block; it must not await anything."""
        return self

    def __enter__(self) -> None:
        self.is_working, self._begun_s = True, thread_time()

    def __exit__(self, *_: object) -> None:
        took_s = thread_time() - self._begun_s
        self.is_working = False
        self._rest_until_s = max(self._rest_until_s, asyncio.get_running_loop().time()) + REST * took_s
        self._remember(self)

    def is_resting(self, now_s: float) -> bool:
        """Whether the rest is not over yet."""
        return self._rest_until_s > now_s

    def _left_s(self) -> float:
        return self._rest_until_s - REST_FREE_S - asyncio.get_running_loop().time()


class Turns:
    """The queues of each caller with operations in progress, or who rests; used within one event loop."""

    def __init__(self) -> None:
        self._of: WeakValueDictionary[str, CallerTurns] = WeakValueDictionary()
        self._resting: set[CallerTurns] = set()

    def of(self, caller: str) -> CallerTurns:
        """Return the caller's queues, which last as long as somebody holds them, or the rest does."""
        turns = self._of.get(caller)
        if turns is None:
            turns = self._of[caller] = CallerTurns(self._hold)
        return turns

    def _hold(self, turns: CallerTurns) -> None:
        if not self._resting:
            self._look_later()
        self._resting.add(turns)

    def _look_later(self) -> None:
        asyncio.get_running_loop().call_later(RESTS_LOOKED_AT_S, self._forget_rested)

    def _forget_rested(self) -> None:
        now_s = asyncio.get_running_loop().time()
        self._resting = {turns for turns in self._resting if turns.is_resting(now_s)}
        if self._resting:
            self._look_later()
