"""The embedded log: an append-only table in PostgreSQL with the same records as Kafka would have."""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Any, Final

import psycopg
from psycopg import sql

from events.log.outcomes import NotSentError
from events.log.port import LogGoneError, LogRecord, LogUnavailableError, SettingFault, day_of
from events.log.record import Genesis, encode_entry, frame
from kit.clock import Clock
from kit.postgres.connections import connect_own, describe_error
from kit.postgres.listening import listen, wait_for_notification

READ_RECORDS_MAX: Final = 500
READ_BYTES_MAX: Final = 4 * 1024 * 1024
"""Of one partition in one read; the record that exceeds it is still included."""


def _table_name(log: str) -> str:
    """Return the name of the table, and of the channel that is notified after each append."""
    return f"{log}_records"


def _table(log: str) -> sql.Identifier:
    return sql.Identifier(_table_name(log))


def create_table_log(
    url: str, *, log: str, partitions: int, generation: bytes, clock: Clock, one_subject: bool = False
) -> None:
    """Create the log with a genesis record in each partition; an existing log stays as it is."""
    with connect_own(url, application_name="ipp log creation") as conn, conn.transaction():
        conn.execute(
            sql.SQL(
                "CREATE TABLE IF NOT EXISTS {} (partition int, record_offset bigint, day int NOT NULL,"
                " value bytea NOT NULL, PRIMARY KEY (partition, record_offset))"
            ).format(_table(log))
        )
        conn.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(_table(log)))
        if conn.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(_table(log))).fetchone():
            return
        for partition in range(partitions):
            genesis = encode_entry(Genesis(partition, partitions, one_subject))
            conn.execute(
                sql.SQL("INSERT INTO {} VALUES (%s, 0, %s, %s)").format(_table(log)),
                (partition, day_of(clock), frame(generation, "", [genesis])),
            )


class TableAppender:
    """Appends to the table; each append is a transaction that is on disk when it returns."""

    blocks: Final = True

    def __init__(self, url: str, *, log: str, clock: Clock) -> None:
        self._url, self._log, self._clock = url, log, clock
        self._lock = Lock()
        self._conn: psycopg.Connection | None = None
        # As bytes: psycopg remembers how it parsed those, and not a composed statement.
        # Two transactions must not take the same offset, nor commit out of order: readers would miss one.
        self._take_turns = "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))"
        self._insert = (
            sql.SQL(
                "WITH appended AS (INSERT INTO {0} SELECT %s, coalesce(max(record_offset), -1) + 1, %s, %s"
                " FROM {0} WHERE partition = %s RETURNING record_offset)"
                " SELECT record_offset, pg_notify({1}, '') FROM appended"
            )
            .format(_table(log), sql.Literal(_table_name(log)))
            .as_bytes()
        )

    def append(self, partition: int, record: bytes) -> "Future[int]":
        done: Future[int] = Future()
        with self._lock:
            conn = self._connection()
            try:
                # What a pipeline sends until its sync is one transaction: no BEGIN, no COMMIT, one trip.
                with conn.pipeline():
                    conn.execute(self._take_turns, (self._log, partition))
                    values = (partition, day_of(self._clock), record, partition)
                    cursor = conn.execute(self._insert, values)
                row = cursor.fetchone()
                if row is None:
                    raise LogGoneError(f"the table of the log {self._log} returned no offset")
                done.set_result(row[0])
            except psycopg.Error as error:
                self._drop()
                done.set_exception(error)
        return done

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _connection(self) -> psycopg.Connection:
        if self._conn is None or self._conn.closed:
            try:
                self._conn = connect_own(self._url, application_name=f"{self._log} log appender")
            except psycopg.Error as error:
                raise NotSentError(f"the log's database does not answer: {describe_error(error)}") from error
        return self._conn

    def _drop(self) -> None:
        if self._conn is not None:
            self._conn.close()
            self._conn = None


class TableReader:
    """
    Reads the table; NOTIFY wakes it, so that an idle reader costs nothing.

    `_read_to` is from where the last reading would go on, if it found all that was there: then the next one
    waits first. What was appended since then has notified.
    """

    def __init__(self, url: str, *, log: str) -> None:
        self._url, self._log = url, log
        self._conn: psycopg.Connection | None = None
        self._read_to: Mapping[int, int] | None = None
        self._select = (
            sql.SQL(
                "SELECT r.partition, record_offset, day, value"
                " FROM unnest(%s::int[], %s::bigint[]) AS a(p, o) CROSS JOIN LATERAL"
                " (SELECT *, sum(octet_length(value)) OVER (ORDER BY record_offset"
                " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM"
                " (SELECT * FROM {} WHERE partition = a.p AND record_offset >= a.o"
                " ORDER BY record_offset LIMIT %s) n) r"
                " WHERE before IS NULL OR before < %s ORDER BY r.partition, record_offset"
            )
            .format(_table(log))
            .as_bytes()
        )

    def identity(self) -> str:
        first = self.record_at(0, 0)
        if first is None:
            raise LogGoneError(f"the table of the log {self._log} has no first record")
        return f"table {self._log}"

    def setting_faults(self) -> Sequence[SettingFault]:
        return ()  # a table keeps what is written

    def partitions(self) -> int:
        # Not a count of first records: where one was deleted, only its own partition is cut.
        rows = self._query(
            sql.SQL("SELECT coalesce(max(partition), -1) + 1 FROM {}").format(_table(self._log)), ()
        )
        return int(rows[0][0])

    def read(self, after: Mapping[int, int], *, timeout_s: float) -> Sequence[LogRecord]:
        deadline = time.monotonic() + timeout_s
        if self._read_to == after:
            self._wait(timeout_s)
        while True:
            records = self._read(after)
            left = deadline - time.monotonic()
            if records or left <= 0:
                return records
            self._wait(left)

    def _read(self, after: Mapping[int, int]) -> list[LogRecord]:
        arguments = (list(after), list(after.values()), READ_RECORDS_MAX, READ_BYTES_MAX)
        rows = self._query(self._select, arguments)
        read_to = {**after, **{partition: offset + 1 for partition, offset, _, _ in rows}}
        full = len(rows) >= READ_RECORDS_MAX or sum(len(row[3]) for row in rows) >= READ_BYTES_MAX
        self._read_to = None if full else read_to
        return [LogRecord(partition=p, offset=o, epoch=0, day=d, value=v) for p, o, d, v in rows]

    def record_at(self, partition: int, offset: int) -> LogRecord | None:
        statement = sql.SQL("SELECT day, value FROM {} WHERE partition = %s AND record_offset = %s")
        rows = self._query(statement.format(_table(self._log)), (partition, offset))
        return (
            LogRecord(partition=partition, offset=offset, epoch=0, day=rows[0][0], value=rows[0][1])
            if rows
            else None
        )

    def first_offset(self, partition: int) -> int | None:
        statement = sql.SQL("SELECT min(record_offset) FROM {} WHERE partition = %s")
        first: int | None = self._query(statement.format(_table(self._log)), (partition,))[0][0]
        return first

    def close(self) -> None:
        self._read_to = None
        if self._conn is not None:
            self._conn.close()
            self._conn = None

    def _query(self, statement: sql.Composed | bytes, arguments: tuple[object, ...]) -> list[tuple[Any, ...]]:
        try:
            if self._conn is None:
                self._conn = connect_own(self._url, application_name=f"{self._log} log reader")
                # To plan each reading takes longer than to read; and a plan for an empty table would scan it.
                self._conn.execute("SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off")
                listen(self._conn, _table_name(self._log))
            return self._conn.execute(statement, arguments, binary=True, prepare=True).fetchall()
        except psycopg.errors.UndefinedTable as error:
            raise LogGoneError(f"there is no table of the log {self._log} in this database") from error
        except psycopg.Error as error:
            self.close()
            raise LogUnavailableError(
                f"the log's database does not answer: {describe_error(error)}"
            ) from error

    def _wait(self, timeout_s: float) -> None:
        if self._conn is None:
            return
        try:
            wait_for_notification(self._conn, timeout_s=timeout_s)
        except psycopg.Error as error:
            self.close()
            raise LogUnavailableError(f"lost the log's database: {describe_error(error)}") from error
