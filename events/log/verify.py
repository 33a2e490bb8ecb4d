"""Checks the journal against the log, record by record: what a rebuild would say, without one."""

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

import msgspec
import psycopg
from psycopg import sql

from events.log.acceptance import LogStopError, Outcome, State, begin, judge_frame
from events.log.port import LogReader
from events.log.record import Commit, DamagedRecordError, UnknownFormatError, unframe
from events.log.tables import names

READ_TIMEOUT_S: Final = 5.0
FAULTS_MAX: Final = 20
"""Differences named for a partition; more say nothing new."""

Row = tuple[int, str, int, bytes]
"""Ordinal, stream, version, digest."""


class PartitionReport(msgspec.Struct, frozen=True, kw_only=True):
    """What the check of one partition found. `faults` is empty when log and journal agree."""

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
    Fold a partition anew, up to where the journal stands, and compare every accepted event with its row.

    Compared are ordinal, stream, version and digest (recomputed from the bytes). `progress` is told each
    offset reached. Raises LogUnavailableError and psycopg's errors.
    """
    check = _Check(partition)
    try:
        upto, ordinal = _place(conn, log, partition)
        folded = check.fold(reader, upto=upto, progress=progress)
        _compare(folded, _rows(conn, log, partition, ordinal), check.faults)
    except LogStopError as error:
        check.faults.append(str(error))
    return PartitionReport(
        partition=partition,
        records=check.records,
        accepted=check.state.ordinal if check.state else 0,
        refused=check.refused,
        damaged=check.damaged,
        faults=tuple(check.faults[:FAULTS_MAX]),
    )


class _Check:
    def __init__(self, partition: int) -> None:
        self._partition = partition
        self.state: State | None = None
        self.records = self.refused = self.damaged = 0
        self.faults: list[str] = []

    def fold(self, reader: LogReader, *, upto: int, progress: Callable[[int], None]) -> Iterator[Row]:
        offset = 0
        while offset < upto:
            records = reader.read({self._partition: offset}, timeout_s=READ_TIMEOUT_S)
            if not records:
                raise LogStopError(f"the log ends at offset {offset}; the journal folded it up to {upto}")
            for record in records:
                if record.offset >= upto:
                    return
                if record.offset != offset:
                    raise LogStopError(f"record {offset} is missing; the next is {record.offset}")
                offset += 1
                yield from self._fold_record(record.offset, record.value)
            progress(offset)

    def _fold_record(self, offset: int, value: bytes) -> Iterator[Row]:
        self.records += 1
        try:
            frame = unframe(value)
        except DamagedRecordError:
            self.damaged += 1
            return
        except UnknownFormatError as error:
            raise LogStopError(f"record {offset}: {error}") from error
        if self.state is None:
            self.state = begin(frame, partition=self._partition)
            return
        for entry, verdict in judge_frame(self.state, frame):
            if not isinstance(entry, Commit):
                continue
            if verdict.outcome is not Outcome.ACCEPTED:
                self.refused += 1
                continue
            ordinal = verdict.ordinal - len(entry.writes)
            for write, digest in zip(entry.writes, verdict.digests, strict=True):
                ordinal += 1
                yield ordinal, write.stream, write.version, digest


def _compare(folded: Iterator[Row], rows: Iterator[Row], faults: list[str]) -> None:
    for expected, found in zip_longest(folded, rows):
        if expected == found:
            continue
        if expected is None:
            faults.append(f"the journal has ordinal {found[0] if found else '?'} that the log does not give")
        elif found is None:
            faults.append(f"the journal lacks ordinal {expected[0]}, version {expected[2]} of {expected[1]}")
        else:
            faults.append(f"ordinal {expected[0]} differs: version {expected[2]} of {expected[1]} on the log")
        if len(faults) >= FAULTS_MAX:
            return


def _place(conn: psycopg.Connection, log: str, partition: int) -> tuple[int, int]:
    statement = sql.SQL("SELECT next_offset, ordinal FROM {positions} WHERE partition = %s").format(
        **names(log)
    )
    row = conn.execute(statement, (partition,)).fetchone()
    if row is None:
        raise LogStopError(f"the journal has never folded partition {partition}")
    next_offset, ordinal = row
    return next_offset, ordinal


def _rows(conn: psycopg.Connection, log: str, partition: int, upto: int) -> Iterator[Row]:
    statement = sql.SQL(
        "SELECT notification_id, originator_id, originator_version, digest FROM {events}"
        " WHERE partition = %s AND notification_id <= %s ORDER BY notification_id"
    ).format(**names(log))
    with conn.transaction(), conn.cursor(name="verify", binary=True) as cursor:
        cursor.itersize = 2_000
        yield from cursor.execute(statement, (partition, upto))
