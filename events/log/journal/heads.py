"""The streams of a category as the journal has them: each with its last version and digest."""

from typing import Final, LiteralString

import msgspec
import psycopg

from events.log.acceptance import Head
from events.log.tables import JournalTables

_HEADS: Final[LiteralString] = (
    "SELECT DISTINCT ON (originator_id) originator_id, originator_version, digest FROM {events}"
    " WHERE starts_with(originator_id, %s) ORDER BY originator_id, originator_version DESC"
)
_HEAD: Final[LiteralString] = (
    "SELECT originator_id, originator_version, digest FROM {events} WHERE originator_id = %s"
    " ORDER BY originator_version DESC LIMIT 1"
)

_UNTIL: Final[LiteralString] = (
    "SELECT DISTINCT ON (originator_id) originator_id, originator_version, digest FROM {events}"
    " WHERE partition = %s AND notification_id <= %s ORDER BY originator_id, originator_version DESC"
)


class StreamHead(msgspec.Struct, frozen=True):
    """A stream by its name, its last version, and the digest of its last event (32 bytes)."""

    stream: str
    version: int
    digest: bytes


def heads_of(conn: psycopg.Connection, *, log: str, category: str) -> list[StreamHead]:
    """Return all streams of a category. Reads the category's rows, so callers keep the result for a while."""
    rows = conn.execute(JournalTables(log).statement(_HEADS), (f"{category}-",), binary=True)
    return [StreamHead(*row) for row in rows]


def heads_until(conn: psycopg.Connection, *, log: str, partition: int, ordinal: int) -> dict[str, Head]:
    """Return the heads of all streams of a partition when it had accepted so many events."""
    rows = conn.execute(JournalTables(log).statement(_UNTIL), (partition, ordinal), binary=True)
    return {name: Head(version, digest) for name, version, digest in rows}


def head_of(conn: psycopg.Connection, *, log: str, stream: str) -> StreamHead | None:
    """Return one stream; None if it has no events."""
    row = conn.execute(JournalTables(log).statement(_HEAD), (stream,), binary=True).fetchone()
    return StreamHead(*row) if row is not None else None
