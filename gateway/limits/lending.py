"""Lends database connections in turn: one caller holds a few at a time, so the others find one free."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from gateway.limits.spending import current_spending

Connect = Callable[[], AbstractAsyncContextManager[Any]]


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
            async with spending.turns.reads, connect() as connection:
                yield connection

    return lend
