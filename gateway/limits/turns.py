"""Turns at the database: one caller holds a few connections at a time, so the others find one free."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final
from weakref import WeakValueDictionary

from gateway.limits.spending import current_spending

READS_AT_ONCE_MAX: Final = 3
"""Of one caller, over all their requests to this process."""
Connect = Callable[[], AbstractAsyncContextManager[Any]]


class Turns:
    """A queue for each caller with operations in progress; used within one event loop."""

    def __init__(self) -> None:
        self._of: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    def of(self, caller: str) -> asyncio.Semaphore:
        """Return the caller's queue, which lasts as long as somebody holds it."""
        queue = self._of.get(caller)
        if queue is None:
            queue = self._of[caller] = asyncio.Semaphore(READS_AT_ONCE_MAX)
        return queue


def in_turn(connect: Connect) -> Connect:
    """Return what lends a connection as `connect` does, when it is the caller's turn.

    A pool lends in the order in which it was asked: without turns, one document of many reads would be before
    everybody else's.
    """

    @asynccontextmanager
    async def lend() -> AsyncIterator[Any]:
        spending = current_spending()
        if spending is None or spending.turns is None:
            async with connect() as connection:
                yield connection
        else:
            async with spending.turns, connect() as connection:
                yield connection

    return lend
