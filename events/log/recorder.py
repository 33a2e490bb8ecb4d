"""The `eventsourcing` library's recorder for this log: it appends to the log and reads from the journal."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any
from uuid import UUID

from eventsourcing.persistence import (
    Notification,
    ProgrammingError,
    StoredEvent,
    Tracking,
)
from eventsourcing.postgres import PostgresDatastore, PostgresProcessRecorder
from psycopg import sql
from typing_extensions import override

from events.log.acceptance import Outcome
from events.log.outcomes import Accepted, ConflictError, Voided
from events.log.tables import JournalTables
from events.log.writing.lookups import ReadAhead
from events.log.writing.writer import LogWriter


class LogRecorder(PostgresProcessRecorder):
    """
    An aggregate, application and process recorder that appends to the log.

    The journal has the columns of the library's own table, so the library's reading code works on it:
    `select_events` reads every partition, `select_notifications` and `subscribe` follow partition 0, the only
    one of a log made for a library application. Only the journal worker writes the tables.
    """

    def __init__(self, datastore: PostgresDatastore, writer: LogWriter, *, log: str) -> None:
        super().__init__(
            datastore, events_table_name=f"{log}_followed", tracking_table_name=f"{log}_tracking"
        )
        self._tables, self.writer = JournalTables(log), writer
        self.channel_name = self._tables.channel
        self.select_events_statement = sql.SQL("SELECT * FROM {} WHERE originator_id = %s").format(
            self._tables.identifier("events")
        )
        self._uuids = datastore.originator_id_type == "uuid"

    @override
    def create_table(self) -> None:
        with self.datastore.get_connection() as conn:
            self._tables.create(conn)

    def append(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        subject: str | None = None,
        command: bytes | None = None,
        fingerprint: bytes = b"",
        answer: bytes = b"",
        decided_on: int | None = None,
        last: bool = False,
        tracking: Tracking | None = None,
    ) -> Accepted:
        """
        Append 0..n events of one subject as one commit, and return its position once it is accepted.

        Versions follow each stream's head; a new stream begins at 0 or 1. `command` (32 bytes, random when
        left out) happens once per subject: if it was accepted before, the first result is returned with
        `repeated` set, and nothing is added. With `decided_on` the commit is refused if the subject's number
        of accepted commits is another one by now. `last` closes the subject. `tracking` must be greater than
        the last one of its upstream application.

        Raises ConflictError (this attempt is refused for good), OutcomeUnknownError (not known in time),
        CommitTooLargeError and NotSentError (nothing was sent), ProgrammingError (not one subject's commit).
        """
        events = [(str(e.originator_id), e.originator_version, e.topic, e.state) for e in stored_events]
        for before, after in pairwise(sorted(event[:2] for event in events)) if len(events) > 1 else ():
            if before[0] == after[0] and after[1] != before[1] + 1:
                message = f"versions {before[1]} and {after[1]} of {after[0]} are not consecutive"
                raise ConflictError(message, outcome=Outcome.MALFORMED, version=before[1])
        if not events and subject is None:
            raise ProgrammingError("a commit without events must name its subject")
        return self.writer.append(
            events,
            subject=subject,
            command=command,
            fingerprint=fingerprint,
            answer=answer,
            decided_on=decided_on,
            last=last,
            tracking=tracking,
        )

    def find(self, subject: str, command: bytes) -> Accepted | Voided | None:
        """Return how a command of this subject ended, or None: not accepted or voided so far."""
        return self.writer.lookups.find(subject, command)

    def find_any(self, command: bytes) -> Accepted | Voided | None:
        """Return how a command of any subject ended, or None: not accepted or voided so far."""
        return self.writer.lookups.find_any(command)

    def commits_of(self, subject: str) -> int:
        """Return a subject's number of accepted commits, for `decided_on`."""
        return self.writer.lookups.commits_of(subject)

    def read_ahead(self, command: bytes, *, subject: str, streams: Mapping[str, int]) -> ReadAhead:
        """Read in one trip what `find_any`, `commits_of` and `select_events` after versions would."""
        return self.writer.lookups.read_ahead(command, subject=subject, streams=streams)

    def positions(self) -> tuple[int, ...]:
        """Return the ordinal of each partition's last accepted event, all of one moment."""
        return self.writer.lookups.positions()

    def resolve(self, subject: str, command: bytes, *, timeout_s: float | None = None) -> Accepted | Voided:
        """Make a command's outcome final. Raises OutcomeUnknownError if the log does not answer in time."""
        return self.writer.resolve(subject, command, timeout_s=timeout_s)

    @override
    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        tracking: Tracking | None = kwargs.pop("tracking", None)
        if not stored_events and tracking is None:
            return None
        subject = None if stored_events else _upstream_subject(tracking)
        accepted = self.append(stored_events, subject=subject, tracking=tracking)
        return list(range(accepted.first_ordinal, accepted.position.ordinal + 1))

    @override
    def insert_tracking(self, tracking: Tracking) -> None:
        self.insert_events([], tracking=tracking)

    @override
    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        self.writer.wait_for_journal()
        found = super().select_events(str(originator_id), gt=gt, lte=lte, desc=desc, limit=limit)
        return [StoredEvent(self._id(e.originator_id), e.originator_version, e.topic, e.state) for e in found]

    @override
    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        found = super().select_notifications(
            start, limit, stop, topics, inclusive_of_start=inclusive_of_start
        )
        return [
            Notification(
                originator_id=self._id(n.originator_id),
                originator_version=n.originator_version,
                topic=n.topic,
                state=n.state,
                id=n.id,
            )
            for n in found
        ]

    def _id(self, stream: UUID | str) -> UUID | str:
        return UUID(str(stream)) if self._uuids else stream


class LogAggregateRecorder(LogRecorder):
    """The same as an aggregate recorder, whose `insert_events` returns no ids."""

    @override
    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        super().insert_events(stored_events, **kwargs)


def _upstream_subject(tracking: Tracking | None) -> str:
    """Return the subject of a tracking without events: the name of its upstream application."""
    return tracking.application_name if tracking else ""
