"""Makes the checkpoint of a day: verifies the whole log, and signs what it found."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from typing import Any, Final, TypeVar

import msgspec

from events.log.assembly import connect_journal, open_reader
from events.log.config import LogConfig
from events.log.faults import Fault
from events.log.journal import checks
from events.log.journal.reader import JournalReader
from events.log.journal.verify import PartitionReport
from events.log.proof.checkpoints import Checkpoint, PartitionRoot, read_checkpoint
from events.log.proof.notes import NoteSigner, split_note
from events.log.proof.verification import verify_with_checkpoints
from kit.clock import Calendar
from processes.job import SendCommand, read_views
from projections.views import checkpoints as view
from services.contexts.checkpoints.commands import AdoptCheckpointKeys, RecordCheckpoint

T = TypeVar("T")
COMPARED_MAX: Final = 3
"""Earlier checkpoints that a new one is compared with: the newest ones."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: nothing to do, a checkpoint, or what is wrong with the log."""

    due: bool
    recorded: bool = False
    faults: Sequence[Fault] = ()


class CheckpointMaker:
    """Makes one checkpoint a day. Its method blocks for as long as reading the whole log takes."""

    def __init__(
        self, *, config: LogConfig, signer: NoteSigner, send: SendCommand, calendar: Calendar
    ) -> None:
        self._config, self._signer = config, signer
        self._send, self._calendar = send, calendar

    def make(self) -> Made:
        """
        Make today's checkpoint unless it is there.

        The whole rule is applied to the log's own bytes, and the log is compared with the newest earlier
        checkpoints; what was found is kept (events/log/journal/checks.py). With a fault nothing is signed.
        Raises LogUnavailableError, LogGoneError, NothingAppliedError and psycopg's errors.
        """
        today = self._calendar.today()
        earlier = self._read(lambda connection: view.last_checkpoints(connection, COMPARED_MAX))
        if earlier and earlier[0].on_day >= today:
            return Made(due=False)
        known = [read_checkpoint(split_note(each.note)[0]) for each in earlier]
        reports, roots, generation = self._verified(known)
        if len(roots) < len(reports):
            return Made(due=True, faults=[fault for report in reports for fault in report.faults])
        self._adopt_keys()
        note = self._signer.sign(Checkpoint(generation=generation, day=today, partitions=roots).text)
        command = RecordCheckpoint(day=today, note=note)
        return Made(due=True, recorded=self._send(command, occasion=f"checkpoint {today}"))

    def _verified(
        self, known: Sequence[Checkpoint]
    ) -> tuple[list[PartitionReport], list[PartitionRoot], str]:
        reports: list[PartitionReport] = []
        roots: list[PartitionRoot] = []
        log = self._config.name
        with connect_journal(self._config) as conn, closing(open_reader(self._config)) as reader:
            for partition in range(reader.partitions()):
                found = verify_with_checkpoints(conn, reader, log=log, partition=partition, checkpoints=known)
                checks.record_check(conn, log=log, report=found.report, at=self._calendar.now())
                reports.append(found.report)
                roots += [found.root] if found.root else []
            return reports, roots, JournalReader(log).generation(conn)

    def _adopt_keys(self) -> None:
        """Have the log say by which keys is signed, where it does not say so yet."""
        keys = tuple(map(str, self._signer.verifier_keys))
        if keys != self._read(view.adopted_keys):
            self._send(AdoptCheckpointKeys(keys=keys), occasion=f"checkpoint keys {self._calendar.today()}")

    def _read(self, query: Callable[[Any], Awaitable[T]]) -> T:
        return read_views(self._config.database_url, query)
