"""How view workers and checks read the journal: accepted events of a partition or a subject, in order."""

import msgspec
import psycopg
from psycopg import sql

from events.log.tables import names


class JournalEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted event. `ordinal` counts those of its partition from 1, without holes."""

    partition: int
    ordinal: int
    stream: str
    version: int
    topic: str
    state: bytes


class JournalMissingError(Exception):
    """The journal has no tables, or its worker has not met the log yet."""


_COLUMNS = "partition, notification_id, originator_id, originator_version, topic, state"


def journal_channel(log: str) -> str:
    """Return the channel notified in every journal transaction that accepted events."""
    return f"{log}_events"


def read_partition(
    conn: psycopg.Connection, *, log: str, partition: int, after: int, limit: int
) -> list[JournalEvent]:
    """Return up to `limit` events of a partition behind ordinal `after`, in order."""
    statement = sql.SQL(
        "SELECT " + _COLUMNS + " FROM {events} WHERE partition = %s AND notification_id > %s"
        " ORDER BY notification_id LIMIT %s"
    ).format(**names(log))
    rows = conn.execute(statement, (partition, after, limit), prepare=True, binary=True)
    return [_event(row) for row in rows]


def read_subject(conn: psycopg.Connection, *, log: str, subject: str, upto: int) -> list[JournalEvent]:
    """Return all events of one subject up to ordinal `upto` (its partition's), in order."""
    statement = sql.SQL(
        "SELECT " + _COLUMNS + " FROM {events} e JOIN"
        " (SELECT partition, ordinal - events AS before, ordinal AS last FROM {commits}"
        " WHERE subject = %s AND ordinal <= %s) c USING (partition)"
        " WHERE notification_id > c.before AND notification_id <= c.last ORDER BY notification_id"
    ).format(**names(log))
    return [_event(row) for row in conn.execute(statement, (subject, upto), binary=True)]


def partition_count(conn: psycopg.Connection, *, log: str) -> int:
    """Return the log's number of partitions. Raises JournalMissingError."""
    return int(_log_row(conn, log)[1])


def generation_of(conn: psycopg.Connection, *, log: str) -> str:
    """Return the log's generation, 32 hex digits. Raises JournalMissingError."""
    return bytes(_log_row(conn, log)[0]).hex()


def _log_row(conn: psycopg.Connection, log: str) -> tuple[bytes, int, bool]:
    try:
        statement = sql.SQL("SELECT generation, partitions, one_subject FROM {log}").format(**names(log))
        row = conn.execute(statement).fetchone()
    except psycopg.errors.UndefinedTable as error:
        raise JournalMissingError(f"there is no journal {log} in this database yet") from error
    if row is None:
        raise JournalMissingError(f"the worker of journal {log} has not met the log yet")
    generation, partitions, one_subject = row
    return generation, partitions, one_subject


def _event(row: tuple[int, int, str, int, str, bytes]) -> JournalEvent:
    partition, ordinal, stream, version, topic, state = row
    return JournalEvent(
        partition=partition, ordinal=ordinal, stream=stream, version=version, topic=topic, state=state
    )
