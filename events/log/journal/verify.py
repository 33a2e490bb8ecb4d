"""Compares the journal with the log, record by record, as folding it again would."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec
import psycopg

from events.log.acceptance import LogCutError, LogStopError, OtherLogError, State
from events.log.faults import Fault, FaultKind, Place
from events.log.journal.comparing import Comparison
from events.log.journal.fold import Checkpoint
from events.log.journal.kept import COMMITS, EVENTS, REFUSALS, CommitRow, EventRow, RefusalRow, read_rows
from events.log.journal.log_identity import check_log, load_state
from events.log.port import LogDamagedError, LogReader, LogRecord
from events.log.record import UnknownFormatError
from events.log.tables import JournalTables

READ_TIMEOUT_S: Final = 5.0
FAULTS_MAX: Final = 20
"""Differences reported for a partition; the check ends there."""

_STOPPED: Final = {
    FaultKind.LOG_CUT: "het logboek is afgekapt, of uit een oudere kopie teruggezet",
    FaultKind.LOG_RESTORED: "dit is een ander of teruggezet logboek: niet het gelezen logboek",
    FaultKind.DAMAGED: "het logboek is hier beschadigd, of van een nieuwere versie, en niet verder te lezen",
}


class PartitionReport(msgspec.Struct, frozen=True, kw_only=True):
    """
    The result for one partition. `faults` is empty when the journal agrees with the log.

    `whole`: the rule was applied to every record until the journal's position; else the check ended early.
    """

    partition: int
    records: int
    accepted: int
    refused: int
    damaged: int
    whole: bool
    faults: Sequence[Fault]


Seen = Callable[[State], None]
"""Called with the rule's state after each record."""


def verify_partition(
    conn: psycopg.Connection,
    reader: LogReader,
    *,
    log: str,
    partition: int,
    seen: Seen = lambda _state: None,
) -> PartitionReport:
    """
    Fold a partition again, until the journal's position, and compare each accepted event and command.

    First it checks that this is the log that was folded. Every column of the journal's rows is compared with
    the log's bytes; digests are computed from these. Raises LogUnavailableError and psycopg's errors.
    """
    check = _Check(partition, seen=seen)
    try:
        check.run(conn, reader, JournalTables(log))
    except LogStopError as error:
        check.stopped(_kind_of(error), str(error))
    except UnknownFormatError as error:
        check.stopped(FaultKind.DAMAGED, f"the record needs a newer program: {error}")
    except LogDamagedError as error:
        check.offset = error.offset
        check.stopped(FaultKind.DAMAGED, str(error))
    return check.report()


class _Check:
    def __init__(self, partition: int, *, seen: Seen) -> None:
        self._partition, self._seen = partition, seen
        self._comparison: Comparison | None = None
        self._stops: list[Fault] = []
        self.offset = 0
        self.whole = False

    def run(self, conn: psycopg.Connection, reader: LogReader, tables: JournalTables) -> None:
        partition = self._partition
        with (
            conn.transaction(),
            conn.cursor("events") as events,
            conn.cursor("commits") as commits,
            conn.cursor("refusals") as refusals,
        ):
            # One snapshot, since a worker goes on folding meanwhile.
            conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            state, until = check_log(conn, reader, tables=tables, partition=partition)
            comparison = self._comparison = Comparison(
                conn,
                tables,
                state,
                events=read_rows(events, EVENTS, tables, (partition, until.ordinal), EventRow),
                commits=read_rows(commits, COMMITS, tables, (partition, until.next_offset), CommitRow),
                refusals=read_rows(refusals, REFUSALS, tables, (partition, until.next_offset), RefusalRow),
            )
            for record in self._records(reader, until.next_offset):
                comparison.compare(record)
                self._seen(state)
                if len(comparison.faults) >= FAULTS_MAX:
                    return
            comparison.finish()
            self.whole = True
            if not comparison.broken:
                self._compare_state(conn, tables, state, until)

    def _records(self, reader: LogReader, until: int) -> Iterator[LogRecord]:
        while self.offset < until:
            records = reader.read({self._partition: self.offset}, timeout_s=READ_TIMEOUT_S)
            if not records:
                raise LogCutError(f"the log ends at offset {self.offset}; it was folded until {until}")
            for record in records:
                if record.offset >= until:
                    return
                if record.offset != self.offset:
                    raise LogCutError(f"record {self.offset} is missing; the next is {record.offset}")
                yield record
                self.offset += 1

    def _compare_state(
        self, conn: psycopg.Connection, tables: JournalTables, state: State, until: Checkpoint
    ) -> None:
        """Compare what the journal remembers of the whole partition, apart from its rows for each record."""
        kept = State(generation=state.generation, partition=state.partition, partitions=state.partitions)
        load_state(conn, tables=tables, state=kept)
        kept.ordinal = until.ordinal
        for nl, en, ours, theirs in (
            ("het laatste volgnummer", "the last ordinal", state.ordinal, kept.ordinal),
            ("de ongedaan gemaakte opdrachten", "the voided commands", state.voided, kept.voided),
            ("de afgesloten subjecten", "the closed subjects", state.closed_subjects, kept.closed_subjects),
            ("de gevolgde posities", "the tracked positions", state.tracking, kept.tracking),
        ):
            if ours != theirs:
                self._add(
                    FaultKind.CHANGED,
                    nl=f"{nl}: het journaal heeft andere dan het logboek",
                    en=f"{en}: the journal has others than the log",
                )

    def stopped(self, kind: FaultKind, reason: str) -> None:
        """Report why the check ended early."""
        self._add(kind, nl=_STOPPED[kind], en=reason)

    def report(self) -> PartitionReport:
        comparison = self._comparison
        faults = [*(comparison.faults if comparison else ()), *self._stops]
        return PartitionReport(
            partition=self._partition,
            records=self.offset,
            accepted=comparison.state.ordinal if comparison else 0,
            refused=comparison.refused if comparison else 0,
            damaged=comparison.damaged if comparison else 0,
            whole=self.whole,
            faults=tuple(faults[:FAULTS_MAX]),
        )

    def _add(self, kind: FaultKind, *, nl: str, en: str) -> None:
        generation = self._comparison.state.generation.hex() if self._comparison else ""
        place = Place(generation=generation, partition=self._partition, offset=self.offset)
        self._stops.append(Fault(kind=kind, place=place, nl=nl, en=en))


def _kind_of(error: LogStopError) -> FaultKind:
    if isinstance(error, LogCutError):
        return FaultKind.LOG_CUT
    return FaultKind.LOG_RESTORED if isinstance(error, OtherLogError) else FaultKind.DAMAGED
