"""Turns of one caller: their operations wait for each other, and nobody else waits for all of them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
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


class CallerTurns:
    """One caller's queues: for connections to the database, and for operations, with a rest after each."""

    def __init__(self) -> None:
        self.reads = asyncio.Semaphore(READS_AT_ONCE_MAX)
        self._operations = asyncio.Lock()
        self._rest_until_s = 0.0
        self.is_working = False
        """Whether the time is being measured now."""
        self._remembered = False

    async def begin(self) -> None:
        """Wait until the operations before are over, and the rest after them."""
        async with self._operations:
            left_s = self._left_s()
            while left_s > 0:
                await asyncio.sleep(left_s)
                left_s = self._left_s()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Lengthen the rest by REST times the processor time of the block; it must not await anything."""
        self.is_working, begun_s = True, thread_time()
        try:
            yield
        finally:
            took_s = thread_time() - begun_s
            self.is_working = False
            self._rest_until_s = max(self._rest_until_s, asyncio.get_running_loop().time()) + REST * took_s
            self._remember()

    def _left_s(self) -> float:
        return self._rest_until_s - REST_FREE_S - asyncio.get_running_loop().time()

    def _remember(self) -> None:
        """Hold these queues by a timer until the rest is over, also when no operation does."""
        if not self._remembered:
            self._remembered = True
            asyncio.get_running_loop().call_at(self._rest_until_s, self._forget)

    def _forget(self) -> None:
        self._remembered = False
        if asyncio.get_running_loop().time() < self._rest_until_s:
            self._remember()


class Turns:
    """The queues of each caller with operations in progress; used within one event loop."""

    def __init__(self) -> None:
        self._of: WeakValueDictionary[str, CallerTurns] = WeakValueDictionary()

    def of(self, caller: str) -> CallerTurns:
        """Return the caller's queues, which last as long as somebody holds them."""
        turns = self._of.get(caller)
        if turns is None:
            turns = self._of[caller] = CallerTurns()
        return turns
