"""The journal worker: holds partitions by lease, folds the log, and starts again after every error."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from threading import Event
from typing import Final

import psycopg
import structlog
from tenacity import RetryError, wait_fixed

from events.log.acceptance import LogStopError
from events.log.journal.fold import FenceError, Journal
from events.log.journal.log_identity import check_last_record, open_partition
from events.log.journal.probe import LogWatch
from events.log.journal.settings_look import SETTINGS_AGE_MAX_S, SettingsLook
from events.log.journal.statements import prepare_session
from events.log.port import LogGoneError, LogReader, LogRecord, LogUnavailableError
from events.log.tables import JournalTables
from kit.health import Health
from kit.postgres.connections import connect_own, describe_error
from kit.postgres.leases import LeaseLostError, Leases
from kit.retry import retrying

READ_WAIT_S: Final = 0.25
"""How long an idle turn waits for records; leases are renewed between turns."""
BACK_OFF_S: Final = 0.5
HALT_RETRY_S: Final = 10.0
REPORT_S: Final = 1.0
FOLD_BYTES_MAX: Final = 4 * 1024 * 1024
"""Of records folded at once, so that a backlog of large ones needs no more memory than one of small ones."""
FOLD_RECORDS_MAX: Final = 2_000

HEALTH_CHECK: Final = "journal"

_log = structlog.get_logger()


class JournalWorker:
    """
    Folds every partition it holds, until it is stopped.

    After any error (PostgreSQL or the log away, a lease lost, a failed fence, a COMMIT whose reply was lost)
    it drops its memory and starts again from the position in the journal. A log that is not the one that was
    folded, that needs a newer program, or that has settings under which events are lost, halts its partition:
    nothing moves, and health reports why. A partition that does not answer is dropped until it does; the
    others go on.
    """

    def __init__(
        self,
        *,
        url: str,
        log: str,
        open_reader: Callable[[], LogReader],
        health: Health,
        lease_s: float,
        worker: str,
        health_check: str = HEALTH_CHECK,
    ) -> None:
        self._url, self._tables, self._open_reader = url, JournalTables(log), open_reader
        self._health, self._health_check = health, health_check
        self._lease_s, self._worker = lease_s, worker
        self._journals: dict[int, Journal] = {}
        self._halted: dict[int, float] = {}
        self._reasons: dict[int, str] = {}
        self._report_at = 0.0
        self._identity = ""
        self._pieces = Pieces()
        self._settings = SettingsLook()
        self._watch = LogWatch(open_reader, settings=self._settings)

    def run(self, stop: Event) -> None:
        """Work until `stop` is set; then finish the turn, release the partitions and return."""
        sessions = retrying(
            psycopg.Error,
            LeaseLostError,
            FenceError,
            LogUnavailableError,
            LogGoneError,
            wait=wait_fixed(BACK_OFF_S),
            stop=stop,
            on_error=lambda error, _attempt: self._report_restart(error),
        )
        with self._watch, suppress(RetryError):  # RetryError: it failed after `stop` was set
            sessions(self._session, stop)

    def _report_restart(self, error: BaseException) -> None:
        reason = (
            describe_error(error) if isinstance(error, psycopg.Error) else f"{type(error).__name__}: {error}"
        )
        _log.warning("journal.restart", reason=reason)
        self._health.report(self._health_check, ok=False, sentence=f"starting again: {reason}")

    def _session(self, stop: Event) -> None:
        if stop.is_set():
            return
        self._journals, self._halted = {}, {}
        reader = self._open_reader()
        leases = None
        try:
            # Not on the leases' connection: an index that a new version adds may take longer than a lease.
            with connect_own(self._url, application_name=f"{self._tables.lease_group} start") as connection:
                self._tables.create(connection)
            leases = Leases(
                database_url=self._url,
                group=self._tables.lease_group,
                partitions=reader.partitions(),
                lease_s=self._lease_s,
                worker=self._worker,
            )
            leases.hold()
            prepare_session(leases.connection)
            self._identity = reader.identity()
            while not stop.is_set():
                self._turn(leases, reader, stop)
        finally:
            if leases is not None:
                leases.close()
            reader.close()

    def _turn(self, leases: Leases, reader: LogReader, stop: Event) -> None:
        held = leases.hold()
        self._watch.watch(held)
        for partition in self._journals.keys() - held:
            del self._journals[partition]
        self._halt_changed(leases.connection)
        self._open_missing(leases, reader, held)
        self._report(held)
        if not self._journals:
            stop.wait(READ_WAIT_S)
            return
        by_partition: defaultdict[int, list[LogRecord]] = defaultdict(list)
        for record in self._read(reader):
            by_partition[record.partition].append(record)
        for partition, batch in by_partition.items():
            for piece in self._pieces.of(batch):
                # A turn is long when there is much to fold; the lease must not expire meanwhile.
                if partition not in leases.hold() or not self._fold(leases, reader, partition, piece):
                    break

    def _halt_changed(self, conn: psycopg.Connection) -> None:
        """Halt what the watch found to be cut, or to have settings under which events are lost."""
        for partition, error in self._watch.take_cut().items():
            if partition in self._journals:
                self._halt(conn, partition, error)
        try:
            self._settings.check()
        except LogStopError as error:
            for partition in sorted(self._journals):
                self._halt(conn, partition, error)

    def _open_missing(self, leases: Leases, reader: LogReader, held: frozenset[int]) -> None:
        away = self._watch.away()
        for partition in sorted(held - self._journals.keys() - away.keys()):
            # Opening many is a long turn, too.
            if partition not in leases.hold() or self._halted.get(partition, 0.0) > time.monotonic():
                continue
            try:
                self._settings.renew(reader, age_max_s=SETTINGS_AGE_MAX_S)
                self._settings.check()
                self._journals[partition] = open_partition(
                    leases.connection,
                    reader,
                    tables=self._tables,
                    partition=partition,
                    identity=self._identity,
                )
                self._halted.pop(partition, None)
            except LogStopError as error:
                self._halt(leases.connection, partition, error)
            except LogUnavailableError as error:
                self._drop(partition, error)
                return  # it took long; the healthy ones must not wait for another such in this turn

    def _read(self, reader: LogReader) -> Sequence[LogRecord]:
        after = {partition: journal.checkpoint.next_offset for partition, journal in self._journals.items()}
        try:
            return reader.read(after, timeout_s=READ_WAIT_S)
        except LogUnavailableError:
            return self._read_each(reader, after)

    def _read_each(self, reader: LogReader, after: dict[int, int]) -> Sequence[LogRecord]:
        """Read each partition and drop those that do not answer. Raises LogUnavailableError if none does."""
        records: list[LogRecord] = []
        failed: dict[int, LogUnavailableError] = {}
        for partition, offset in after.items():
            try:
                records += reader.read({partition: offset}, timeout_s=0.0)
            except LogUnavailableError as error:
                failed[partition] = error
        if len(failed) == len(after):
            raise next(iter(failed.values()))
        for partition, reason in failed.items():
            self._drop(partition, reason)
        return records

    def _fold(self, leases: Leases, reader: LogReader, partition: int, batch: list[LogRecord]) -> bool:
        """Fold records; return False if the partition was dropped or halted."""
        journal = self._journals[partition]
        try:
            if any(record.epoch != journal.checkpoint.epoch for record in batch):
                check_last_record(reader, partition=partition, checkpoint=journal.checkpoint)
            journal.fold(leases.connection, batch)
        except LogStopError as error:
            self._halt(leases.connection, partition, error)
            return False
        except LogUnavailableError as error:
            self._drop(partition, error)
            return False
        except psycopg.OperationalError:
            self._pieces.was_interrupted()
            raise
        return True

    def _drop(self, partition: int, error: LogUnavailableError) -> None:
        self._journals.pop(partition, None)
        self._watch.mark_away(partition, str(error))
        self._report_at = 0.0
        _log.warning("journal.partition_away", partition=partition, reason=str(error))

    def _halt(self, conn: psycopg.Connection, partition: int, error: LogStopError) -> None:
        self._journals.pop(partition, None)
        self._halted[partition] = time.monotonic() + HALT_RETRY_S
        self._reasons[partition] = str(error)
        self._report_at = 0.0
        _log.critical("journal.halted", partition=partition, reason=str(error))
        halt = self._tables.statement("UPDATE {positions} SET halted = %s WHERE partition = %s")
        conn.execute(halt, (str(error), partition))

    def _report(self, held: frozenset[int]) -> None:
        if time.monotonic() < self._report_at:
            return
        self._report_at = time.monotonic() + REPORT_S
        halted = {p: self._reasons[p] for p in self._halted.keys() & held}
        away = {p: reason for p, reason in self._watch.away().items() if p in held - halted.keys()}
        troubles = [*_grouped(halted, "is halted", "are halted")]
        troubles += _grouped(away, "does not answer", "do not answer")
        warning = self._settings.warning() if held else ""
        folding = f"folding {len(held)} partition{'' if len(held) == 1 else 's'}"
        self._health.report(
            self._health_check,
            ok=not troubles and not warning,
            degraded=not halted and (not away or len(away) < len(held)),
            sentence="; ".join(filter(None, [*(troubles or [folding]), warning])),
        )


def _grouped(reasons: Mapping[int, str], one: str, several: str) -> Iterator[str]:
    """Yield a sentence for each reason, with its partitions: a wrong setting halts all for the same one."""
    by_reason: defaultdict[str, list[int]] = defaultdict(list)
    for partition, reason in sorted(reasons.items()):
        by_reason[reason].append(partition)
    for reason, partitions in by_reason.items():
        which = ", ".join(map(str, partitions))
        plural = len(partitions) > 1
        yield f"partition{'s' if plural else ''} {which} {several if plural else one}: {reason}"


class Pieces:
    """
    Cuts records into pieces of up to FOLD_BYTES_MAX and FOLD_RECORDS_MAX, at least one record each.

    Into smaller ones after a fold that was interrupted: it may have taken longer than the lease, and the same
    piece again would take as long again, and never end. They grow again while they are folded.
    """

    def __init__(self) -> None:
        self._divided_by = 1

    def of(self, batch: Sequence[LogRecord]) -> Iterator[list[LogRecord]]:
        """Yield one piece after the other; asked for the next, the one before counts as folded."""
        piece: list[LogRecord] = []
        size = 0
        for record in batch:
            full = len(piece) >= FOLD_RECORDS_MAX // self._divided_by
            if piece and (full or size + len(record.value) > FOLD_BYTES_MAX // self._divided_by):
                yield piece
                self._divided_by = max(1, self._divided_by // 2)
                piece, size = [], 0
            piece.append(record)
            size += len(record.value)
        if piece:
            yield piece

    def was_interrupted(self) -> None:
        self._divided_by = min(FOLD_RECORDS_MAX, self._divided_by * 4)
