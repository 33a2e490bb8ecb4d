"""Compares the journal with the log, record by record, as folding it again would."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Generic, LiteralString, TypeVar

import msgspec
import psycopg

from events.log.acceptance import LogStopError, Outcome, State, Verdict, begin, judge_frame
from events.log.journal.log_identity import check_first_record
from events.log.port import LogReader, LogRecord
from events.log.record import Commit, DamagedRecordError, UnknownFormatError, unframe
from events.log.tables import JournalTables

READ_TIMEOUT_S: Final = 5.0
FAULTS_MAX: Final = 20
"""Differences reported for a partition; the check ends there."""

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
    def key(self) -> tuple[int]:
        return (self.ordinal,)

    def __str__(self) -> str:
        return f"ordinal {self.ordinal}, version {self.version} of {self.stream}"


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
    def key(self) -> tuple[int, bytes, str]:
        return self.record, self.command, self.subject

    def __str__(self) -> str:
        return (
            f"ordinal {self.ordinal}, command {self.command.hex()} of {self.subject} in record {self.record}"
        )


R = TypeVar("R", EventRow, CommitRow)
Rows = tuple[list[EventRow], list[CommitRow]]


class PartitionReport(msgspec.Struct, frozen=True, kw_only=True):
    """The result for one partition. `faults` is empty when the journal agrees with the log."""

    partition: int
    records: int
    accepted: int
    refused: int
    damaged: int
    faults: Sequence[str]


def verify_partition(
    conn: psycopg.Connection,
    reader: LogReader,
    *,
    log: str,
    partition: int,
    progress: Callable[[int], None] = lambda _offset: None,
) -> PartitionReport:
    """
    Fold a partition again, until the journal's position, and compare each accepted event and command.

    Every column of their rows is compared with the log's bytes; digests are computed from these. `progress`
    is called with each offset reached. Raises LogUnavailableError and psycopg's errors.
    """
    check, tables = _Check(partition), JournalTables(log)
    try:
        with conn.transaction(), conn.cursor("events") as events, conn.cursor("commits") as commits:
            until_offset, ordinal = _folded_until(conn, tables, partition)
            sides = (
                _Side(_rows(events, _EVENTS, tables, (partition, ordinal), EventRow), check.faults),
                _Side(_rows(commits, _COMMITS, tables, (partition, until_offset), CommitRow), check.faults),
            )
            for of_events, of_commits in check.fold(reader, until=until_offset, progress=progress):
                sides[0].compare(of_events)
                sides[1].compare(sorted(of_commits, key=lambda row: row.key))
                if len(check.faults) >= FAULTS_MAX:
                    break
            else:
                for side in sides:
                    side.finish()
    except LogStopError as error:
        check.faults.append(str(error))
    return PartitionReport(
        partition=partition,
        records=check.records,
        accepted=check.state.ordinal if check.state else 0,
        refused=check.refused,
        damaged=check.damaged,
        faults=tuple(f"partition {partition}, {fault}" for fault in check.faults[:FAULTS_MAX]),
    )


class _Check:
    def __init__(self, partition: int) -> None:
        self._partition = partition
        self.state: State | None = None
        self.records = self.refused = self.damaged = 0
        self.faults: list[str] = []

    def fold(self, reader: LogReader, *, until: int, progress: Callable[[int], None]) -> Iterator[Rows]:
        """Yield the rows that each record adds to the two tables."""
        check_first_record(reader, partition=self._partition)
        offset = 0
        while offset < until:
            records = reader.read({self._partition: offset}, timeout_s=READ_TIMEOUT_S)
            if not records:
                raise LogStopError(f"the log ends at offset {offset}; the journal folded it until {until}")
            for record in records:
                if record.offset >= until:
                    return
                if record.offset != offset:
                    raise LogStopError(f"record {offset} is missing; the next is {record.offset}")
                offset += 1
                yield self._fold_record(record)
            progress(offset)

    def _fold_record(self, record: LogRecord) -> Rows:
        events: list[EventRow] = []
        commits: list[CommitRow] = []
        self.records += 1
        try:
            frame = unframe(record.value)
        except DamagedRecordError:
            self.damaged += 1
            return events, commits
        except UnknownFormatError as error:
            raise LogStopError(f"record {record.offset}: {error}") from error
        if self.state is None:
            self.state = begin(frame, partition=self._partition)
            return events, commits
        for entry, verdict in judge_frame(self.state, frame):
            if not isinstance(entry, Commit):
                continue
            if verdict.outcome is not Outcome.ACCEPTED:
                self.refused += 1
                continue
            events += _events_of(entry, verdict)
            commits.append(_commit_of(entry, verdict, record))
        return events, commits


def _events_of(commit: Commit, verdict: Verdict) -> Iterator[EventRow]:
    ordinal = verdict.ordinal - len(commit.writes)
    for write, digest in zip(commit.writes, verdict.digests, strict=True):
        ordinal += 1
        yield EventRow(ordinal, write.stream, write.version, write.topic, write.state, digest)


def _commit_of(commit: Commit, verdict: Verdict, record: LogRecord) -> CommitRow:
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


class _Side(Generic[R]):
    """Compares the rows of one table with the expected ones; both in order of their keys."""

    def __init__(self, rows: Iterator[R], faults: list[str]) -> None:
        self._rows: Iterator[R] = rows
        self._faults = faults
        self._next: R | None = next(rows, None)

    def compare(self, expected: Sequence[R]) -> None:
        for row in expected:
            self._skip_before(row)
            found = self._next
            if found is None or found.key != row.key:
                self._faults.append(f"{row}: not in the journal")
                continue
            differing = [
                field for field in row.__struct_fields__ if getattr(row, field) != getattr(found, field)
            ]
            if differing:
                self._faults.append(f"{row}: the journal has another {', '.join(differing)}")
            self._next = next(self._rows, None)

    def finish(self) -> None:
        """Report the rows that are left over."""
        while self._next is not None and len(self._faults) < FAULTS_MAX:
            self._report_surplus(self._next)

    def _skip_before(self, row: R) -> None:
        while self._next is not None and self._next.key < row.key and len(self._faults) < FAULTS_MAX:
            self._report_surplus(self._next)

    def _report_surplus(self, found: R) -> None:
        self._faults.append(f"{found}: in the journal, and not on the log")
        self._next = next(self._rows, None)


def _folded_until(conn: psycopg.Connection, tables: JournalTables, partition: int) -> tuple[int, int]:
    """Return the next offset and the last ordinal."""
    statement = tables.statement("SELECT next_offset, ordinal FROM {positions} WHERE partition = %s")
    row = conn.execute(statement, (partition,)).fetchone()
    if row is None:
        raise LogStopError(f"the journal has no position for partition {partition}: it was never folded")
    next_offset, ordinal = row
    return next_offset, ordinal


def _rows(
    cursor: psycopg.ServerCursor[tuple[Any, ...]],
    statement: LiteralString,
    tables: JournalTables,
    bounds: tuple[int, int],
    kind: type[R],
) -> Iterator[R]:
    cursor.itersize = ROWS_FETCHED
    cursor.execute(tables.statement(statement), bounds, binary=True)
    return (kind(*row) for row in cursor)


# Ordered as the keys of the rows are, by bytes.
_EVENTS: Final = (
    "SELECT notification_id, originator_id, originator_version, topic, state, digest FROM {events}"
    " WHERE partition = %s AND notification_id <= %s ORDER BY notification_id"
)
_COMMITS: Final = (
    "SELECT record_offset, command, subject, commit_id, ordinal, events, day, fingerprint, answer"
    " FROM {commits} WHERE partition = %s AND record_offset < %s"
    ' ORDER BY record_offset, command, subject COLLATE "C"'
)
