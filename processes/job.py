"""What a job is: work that time makes due, done by the scheduler without anybody asking."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from kit.postgres.connections import connect_own_async
from services.decisions.command import Command
from services.feedback.invitation_chores import InvitationChores

T = TypeVar("T")


class SendCommand(Protocol):
    """
    Sends a command that only a process may send; returns whether nothing is left to do for it.

    `occasion` says what is due and when: one occasion happens once, however often it is sent. A command that
    is refused, or whose outcome is unknown, returns False and raises nothing, so that the others go on.
    """

    def __call__(self, command: Command, *, occasion: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    """
    What a job works with: day and moment in the organisation's zone, the views' database, the services.

    `invitations` are those in the vault, of which a job may forget some.
    """

    today: date
    now: datetime
    database_url: str
    send: SendCommand
    invitations: InvitationChores

    def read(self, query: Callable[[Any], Awaitable[T]]) -> T:
        """Return what `query` reads of the views; it gets a connection that is closed afterwards."""
        return read_views(self.database_url, query)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """
    One job, named as its file in processes/jobs.

    `run` does what is due and returns in a few words what could not be done yet, None when nothing is left.
    The scheduler calls it every few seconds, or with `daily` until it left nothing that day.
    """

    name: str
    run: Callable[[JobContext], str | None]
    daily: bool = False


def read_views(database_url: str, query: Callable[[Any], Awaitable[T]]) -> T:
    """Return what `query` reads of the views; it gets a connection that is closed afterwards. Blocks."""

    async def result() -> T:
        async with await connect_own_async(database_url, application_name="processes") as connection:
            return await query(connection)

    return asyncio.run(result())
