"""The journal's rows as a check reads them: in the order of the log, each asked for by its place."""

from collections.abc import Iterator
from typing import Any, Final, Generic, LiteralString, TypeVar

import msgspec
import psycopg

from events.log.acceptance import Verdict
from events.log.port import LogRecord
from events.log.record import Commit, Write
from events.log.tables import JournalTables

ROWS_FETCHED: Final = 500
"""Rows of a table fetched at once; each has an event or an answer."""


class EventRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of the events table: as it is, or as the log requires it."""

    ordinal: int
    stream: str
    version: int
    topic: str
    state: bytes
    digest: bytes

    @property
    def at(self) -> int:
        return self.ordinal


class CommitRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of the commits table: as it is, or as the log requires it."""

    record: int
    command: bytes
    subject: str
    commit: bytes
    ordinal: int
    events: int
    day: int
    fingerprint: bytes
    answer: bytes

    @property
    def at(self) -> int:
        return self.record

    @property
    def key(self) -> tuple[str, bytes]:
        return self.subject, self.command


class RefusalRow(msgspec.Struct, frozen=True, array_like=True):
    """A row of the refusals table."""

    record: int
    commit: bytes
    verdict: str

    @property
    def at(self) -> int:
        return self.record


R = TypeVar("R", EventRow, CommitRow, RefusalRow)


def event_row(write: Write, *, ordinal: int, digest: bytes) -> EventRow:
    """Return the row that an accepted event must have."""
    return EventRow(ordinal, write.stream, write.version, write.topic, write.state, digest)


def commit_row(commit: Commit, verdict: Verdict, record: LogRecord) -> CommitRow:
    """Return the row that an accepted commit must have."""
    return CommitRow(
        record.offset,
        commit.command,
        commit.subject,
        commit.commit,
        verdict.ordinal,
        len(commit.writes),
        record.day,
        commit.fingerprint,
        commit.answer,
    )


def differing(expected: msgspec.Struct, found: msgspec.Struct) -> str:
    """Return the names of the columns in which two rows differ, separated by commas; empty if none."""
    fields = expected.__struct_fields__
    return ", ".join(field for field in fields if getattr(expected, field) != getattr(found, field))


class Rows(Generic[R]):
    """Rows in the order of their places, read ahead no further than the place that is asked for."""

    def __init__(self, rows: Iterator[R]) -> None:
        self._rows: Iterator[R] = rows
        self._next: R | None = next(rows, None)
        self._passed: dict[int, list[R]] = {}

    def take(self, at: int) -> list[R]:
        """Return the rows of this place, once."""
        found = self.peek(at)
        self._passed.pop(at, None)
        return found

    def peek(self, at: int) -> list[R]:
        """Return the rows of this place that were not taken yet."""
        while self._next is not None and self._next.at <= at:
            self._passed.setdefault(self._next.at, []).append(self._next)
            self._next = next(self._rows, None)
        return self._passed.get(at, [])

    def left(self) -> Iterator[R]:
        """Yield the rows that were never asked for."""
        for at in sorted(self._passed):
            yield from self._passed[at]
        if self._next is not None:
            yield self._next
            yield from self._rows


def read_rows(
    cursor: psycopg.ServerCursor[tuple[Any, ...]],
    statement: LiteralString,
    tables: JournalTables,
    bounds: tuple[int, int],
    kind: type[R],
) -> Rows[R]:
    """Return the rows of one of the statements below, within partition and last place."""
    cursor.itersize = ROWS_FETCHED
    cursor.execute(tables.statement(statement), bounds, binary=True)
    return Rows(kind(*row) for row in cursor)


EVENTS: Final = (
    "SELECT notification_id, originator_id, originator_version, topic, state, digest FROM {events}"
    " WHERE partition = %s AND notification_id <= %s ORDER BY notification_id"
)
COMMITS: Final = (
    "SELECT record_offset, command, subject, commit_id, ordinal, events, day, fingerprint, answer"
    " FROM {commits} WHERE partition = %s AND record_offset < %s ORDER BY record_offset"
)
REFUSALS: Final = (
    "SELECT record_offset, commit_id, verdict FROM {refusals}"
    " WHERE partition = %s AND record_offset < %s ORDER BY record_offset"
)
