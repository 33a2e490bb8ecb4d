"""Lends database connections in turn: one caller holds a few at a time, so the others find one free."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, Protocol, TypeVar

from gateway.limits.spending import current_spending
from gateway.limits.turns import CallerTurns
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


class AskToTheEnd(Protocol):
    """Asks as `Channels.ask` does: `ended` is called when PostgreSQL works on the read no longer."""

    async def __call__(self, read: Read[T], /, *, ended: Callable[[], None] | None = None) -> T:
        """Return the answer."""


def asked_in_turn(ask: AskToTheEnd) -> Ask:
    """
    Return what asks as `ask` does, when it is the caller's turn: a channel is everybody's too.

    The turn lasts until the answer arrives: with reads that nobody awaits any more, one caller would be
    before everybody else.
    """

    async def in_its_turn(read: Read[T], /) -> T:
        turns = _turns()
        if turns is None:
            return await ask(read)
        await turns.reads.acquire()
        return await ask(read, ended=turns.end_read)

    return in_its_turn


def asked_on_connections(connect: Connect) -> Ask:
    """Return what asks each read on a connection that is lent for it: as a channel does, without one."""

    async def on_connection(read: Read[T], /) -> T:
        async with connect() as connection:
            return await read.of(connection)

    return on_connection


def _turn() -> AbstractAsyncContextManager[Any]:
    """Return what lasts as long as the caller's turn."""
    turns = _turns()
    return nullcontext() if turns is None else turns.reads


def _turns() -> CallerTurns | None:
    """Return the caller's queues; work that is for no caller needs no turn."""
    spending = current_spending()
    return spending.turns if spending is not None else None
