"""Lends database connections in turn: one caller holds a few at a time, so the others find one free."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, TypeVar

from gateway.limits.spending import current_spending
from kit.postgres.statements import Ask, Read

Connect = Callable[[], AbstractAsyncContextManager[Any]]
T = TypeVar("T")


def in_turn(connect: Connect) -> Connect:
    """Return what lends a connection as `connect` does, when it is the caller's turn.

    A pool lends in the order in which it was asked: without turns, one document of many reads would be before
    everybody else's.
    """

    @asynccontextmanager
    async def lend() -> AsyncIterator[Any]:
        async with _turn(), connect() as connection:
            yield connection

    return lend


def asked_in_turn(ask: Ask) -> Ask:
    """Return what asks as `ask` does, when it is the caller's turn: a channel is everybody's too."""

    async def in_its_turn(read: Read[T], /) -> T:
        async with _turn():
            return await ask(read)

    return in_its_turn


def asked_on_connections(connect: Connect) -> Ask:
    """Return what asks each read on a connection that is lent for it: as a channel does, without one."""

    async def on_connection(read: Read[T], /) -> T:
        async with connect() as connection:
            return await read.of(connection)

    return on_connection


def _turn() -> AbstractAsyncContextManager[Any]:
    """Return what lasts as long as the caller's turn; work that is for no caller needs none."""
    spending = current_spending()
    return nullcontext() if spending is None or spending.turns is None else spending.turns.reads
