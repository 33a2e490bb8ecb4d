"""How view workers and checks read the journal: its accepted events in order, and how far it was folded."""

from datetime import datetime
from typing import Final

import msgspec
import psycopg

from events.log.tables import JournalTables


class JournalEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One accepted event. `ordinal` counts those of its partition from 1, without holes."""

    partition: int
    ordinal: int
    stream: str
    version: int
    topic: str
    state: bytes


class JournalProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a partition was folded: its last ordinal, why it is halted, seconds since the last write."""

    partition: int
    ordinal: int
    halted: str | None
    stale_s: float


class JournalCheckpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A partition's last ordinal, and when its worker last confirmed that the log holds no more."""

    partition: int
    ordinal: int
    confirmed_at: datetime


class JournalMissingError(Exception):
    """The journal has no tables, or its worker has not read the log yet."""


_COLUMNS: Final = "partition, notification_id, originator_id, originator_version, topic, state"


class JournalReader:
    """Reads the journal of one log, on connections of the caller. Methods raise psycopg's errors."""

    def __init__(self, log: str) -> None:
        self._tables = tables = JournalTables(log)
        # A range and no LIMIT: before the table's first ANALYZE, PostgreSQL would sort all that follows to
        # return the first few of it, for each batch again. Ordinals have no holes, so both are the same.
        self._by_partition = tables.statement(
            "SELECT " + _COLUMNS + " FROM {events} WHERE partition = %s AND notification_id > %s"
            " AND notification_id <= %s ORDER BY notification_id"
        )
        self._by_subject = tables.statement(
            "SELECT " + _COLUMNS + " FROM {events} e JOIN"
            " (SELECT partition, ordinal - events AS before, ordinal AS last FROM {commits}"
            " WHERE subject = %s AND ordinal <= %s) c USING (partition)"
            " WHERE notification_id > c.before AND notification_id <= c.last ORDER BY notification_id"
        )
        self._last = tables.statement(
            "SELECT " + _COLUMNS + " FROM {events} WHERE originator_id >= %s AND originator_id < %s"
            " AND topic = %s ORDER BY notification_id DESC LIMIT 1"
        )
        self._log_row = tables.statement("SELECT generation, partitions FROM {log}")
        self._progress = tables.statement(
            "SELECT partition, ordinal, halted, extract(epoch FROM clock_timestamp() - seen_at)::float8"
            " FROM {positions} ORDER BY partition"
        )
        self._checkpoints = tables.statement(
            "SELECT p.partition, p.ordinal, max(h.seen_at) FROM {positions} p JOIN leases.holdings h"
            " ON h.group_name = %s AND h.partition = p.partition WHERE p.halted IS NULL GROUP BY p.partition"
        )

    @property
    def channel(self) -> str:
        """The channel notified in every transaction that accepted events."""
        return self._tables.channel

    def read_partition(
        self, conn: psycopg.Connection, *, partition: int, after: int, limit: int
    ) -> list[JournalEvent]:
        """Return up to `limit` events of a partition, in order, from the one after ordinal `after`."""
        span = (partition, after, after + limit)
        return [
            _event(row)
            for row in conn.execute(self._by_partition, span, prepare=True, binary=True).fetchall()
        ]

    def read_subject(
        self, conn: psycopg.Connection, *, subject: str, until_ordinal: int
    ) -> list[JournalEvent]:
        """Return all events of one subject until this ordinal (of its partition, included), in order."""
        return [_event(row) for row in conn.execute(self._by_subject, (subject, until_ordinal), binary=True)]

    def read_last(self, conn: psycopg.Connection, *, category: str, topic: str) -> JournalEvent | None:
        """Return the newest event with this wire name, of a category that has one stream in clear."""
        # "." follows "-" in every order of text that goes by bytes.
        between = (f"{category}-", f"{category}.", topic)
        row = conn.execute(self._last, between, binary=True).fetchone()
        return None if row is None else _event(row)

    def partition_count(self, conn: psycopg.Connection) -> int:
        """Return the log's number of partitions. Raises JournalMissingError."""
        return self._read_log(conn)[1]

    def generation(self, conn: psycopg.Connection) -> str:
        """Return the log's generation, 32 hex digits. Raises JournalMissingError."""
        return self._read_log(conn)[0].hex()

    def progress(self, conn: psycopg.Connection) -> list[JournalProgress]:
        """Return how far each partition was folded, in order of partitions."""
        return [
            JournalProgress(partition=partition, ordinal=ordinal, halted=halted, stale_s=stale_s)
            for partition, ordinal, halted, stale_s in conn.execute(self._progress)
        ]

    def checkpoints(self, conn: psycopg.Connection) -> list[JournalCheckpoint]:
        """
        Return the checkpoint of every partition that a worker holds and whose fold is not halted.

        All are of one moment. A reader that has reached `ordinal` has everything that the journal held at
        `confirmed_at`.
        """
        rows = conn.execute(self._checkpoints, (self._tables.lease_group,))
        return [
            JournalCheckpoint(partition=partition, ordinal=ordinal, confirmed_at=confirmed_at)
            for partition, ordinal, confirmed_at in rows
        ]

    def _read_log(self, conn: psycopg.Connection) -> tuple[bytes, int]:
        log = self._tables.log
        try:
            row = conn.execute(self._log_row).fetchone()
        except psycopg.errors.UndefinedTable as error:
            raise JournalMissingError(f"this database has no journal of the log {log} yet") from error
        if row is None:
            raise JournalMissingError(f"no journal worker has read the log {log} yet")
        generation, partitions = row
        return bytes(generation), partitions


def _event(row: tuple[int, int, str, int, str, bytes]) -> JournalEvent:
    partition, ordinal, stream, version, topic, state = row
    return JournalEvent(
        partition=partition, ordinal=ordinal, stream=stream, version=version, topic=topic, state=state
    )
