"""The journal worker: holds partitions by lease, folds the log, and starts anew when in doubt."""

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Final, Protocol

import psycopg
import structlog
from psycopg import sql

from events.log.acceptance import LogStopError
from events.log.anchor import check_anchor, take_up
from events.log.journal import FenceError, Journal, prepare_session
from events.log.leases import LeaseLostError, Leases
from events.log.port import LogGoneError, LogReader, LogRecord, LogUnavailableError
from events.log.tables import create_tables, names
from kit.health import Health

READ_WAIT_S: Final = 0.25
"""How long an idle turn waits for records; leases are renewed between turns."""
BACK_OFF_S: Final = 0.5
HALT_RETRY_S: Final = 10.0
REPORT_S: Final = 1.0
GROUP: Final = "journal"

_log = structlog.get_logger()


class StopSignal(Protocol):
    def is_set(self) -> bool: ...
    def wait(self, timeout: float | None = None) -> bool: ...


class JournalWorker:
    """
    Folds every partition it holds until told to stop.

    Whatever goes wrong (PostgreSQL or the log away, a lease lost, a fence met, a COMMIT whose reply was lost)
    it drops its memory and begins again from the journal's own position. A log that is not the one it folded,
    or that needs a newer program, halts that partition: nothing moves, health says why.
    """

    def __init__(
        self,
        *,
        url: str,
        log: str,
        open_reader: Callable[[], LogReader],
        health: Health,
        lease_s: float = 10.0,
        worker: str,
    ) -> None:
        self._url, self._log, self._open_reader = url, log, open_reader
        self._health, self._lease_s, self._worker = health, lease_s, worker
        self._journals: dict[int, Journal] = {}
        self._halted: dict[int, float] = {}
        self._reasons: dict[int, str] = {}
        self._report_at = 0.0

    def run(self, stop: StopSignal) -> None:
        """Work until `stop` is set; then finish the turn, give the partitions back and return."""
        while not stop.is_set():
            try:
                self._session(stop)
            except (LeaseLostError, FenceError, psycopg.Error, LogUnavailableError, LogGoneError) as error:
                _log.warning("journal.restart", error=str(error).strip(), kind=type(error).__name__)
                self._health.report("journal", ok=False, sentence=f"starting again: {str(error).strip()}")
                stop.wait(BACK_OFF_S)

    def _session(self, stop: StopSignal) -> None:
        self._journals, self._halted = {}, {}
        reader = self._open_reader()
        leases = None
        try:
            leases = Leases(
                database_url=self._url,
                group=f"{GROUP} {self._log}",
                partitions=reader.partitions(),
                lease_s=self._lease_s,
                worker=self._worker,
            )
            leases.hold()
            create_tables(leases.connection, log=self._log)
            prepare_session(leases.connection)
            while not stop.is_set():
                self._turn(leases, reader, stop)
        finally:
            if leases is not None:
                leases.close()
            reader.close()

    def _turn(self, leases: Leases, reader: LogReader, stop: StopSignal) -> None:
        held = leases.hold()
        conn = leases.connection
        for partition in self._journals.keys() - held:
            del self._journals[partition]
        for partition in held - self._journals.keys():
            # A turn may be long where there is much to take up; the lease must not run out meanwhile.
            if partition in leases.hold() and self._halted.get(partition, 0.0) <= time.monotonic():
                self._take_up(conn, reader, partition)
        self._report(held)
        if not self._journals:
            stop.wait(READ_WAIT_S)
            return
        after = {partition: journal.place.next_offset for partition, journal in self._journals.items()}
        records = reader.read(after, timeout_s=READ_WAIT_S)
        by_partition: defaultdict[int, list[LogRecord]] = defaultdict(list)
        for record in records:
            by_partition[record.partition].append(record)
        for partition, batch in by_partition.items():
            if partition in leases.hold():
                self._fold(conn, reader, partition, batch)

    def _take_up(self, conn: psycopg.Connection, reader: LogReader, partition: int) -> None:
        try:
            self._journals[partition] = take_up(conn, reader, log=self._log, partition=partition)
            self._halted.pop(partition, None)
        except LogStopError as error:
            self._halt(conn, partition, error)

    def _fold(
        self, conn: psycopg.Connection, reader: LogReader, partition: int, batch: list[LogRecord]
    ) -> None:
        journal = self._journals[partition]
        try:
            if any(record.epoch != journal.place.epoch for record in batch):
                check_anchor(reader, partition=partition, place=journal.place)
            journal.fold(conn, batch)
        except LogStopError as error:
            self._halt(conn, partition, error)

    def _halt(self, conn: psycopg.Connection, partition: int, error: LogStopError) -> None:
        self._journals.pop(partition, None)
        self._halted[partition] = time.monotonic() + HALT_RETRY_S
        self._reasons[partition] = str(error)
        self._report_at = 0.0
        _log.critical("journal.halted", partition=partition, reason=str(error))
        table = names(self._log)["positions"]
        conn.execute(
            sql.SQL("UPDATE {} SET halted = %s WHERE partition = %s").format(table), (str(error), partition)
        )

    def _report(self, held: frozenset[int]) -> None:
        if time.monotonic() < self._report_at:
            return
        self._report_at = time.monotonic() + REPORT_S
        halted = sorted(self._halted.keys() & held)
        reasons = "; ".join(f"partition {p} is halted: {self._reasons[p]}" for p in halted)
        sentence = reasons or f"folding {len(held)} partitions"
        self._health.report("journal", ok=not halted, sentence=sentence)
