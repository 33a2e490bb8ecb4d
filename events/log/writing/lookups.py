"""What a writer reads from the journal: commands, verdicts, heads, each by its key."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, LiteralString

import msgspec
import psycopg
from eventsourcing.persistence import ProgrammingError, StoredEvent
from psycopg.rows import tuple_row

from events.log.acceptance import Head, Outcome
from events.log.outcomes import Accepted, Voided
from events.log.record import Commit
from events.log.tables import JournalTables
from events.log.verdicts import VerdictNotice
from events.streams import Stream, StreamNameError, partition_of
from rules.commands import LogPosition

Connect = Callable[[], AbstractContextManager[psycopg.Connection[Any]]]
"""Lends a pooled connection for a `with` block; raises the library's persistence errors."""


class LogIdentity(msgspec.Struct, frozen=True):
    """Identifies a log: its generation (16 bytes), its partitions, and whether it is a single subject."""

    generation: bytes
    partitions: int
    one_subject: bool

    @property
    def name(self) -> str:
        """The generation as it is written in positions."""
        return self.generation.hex()

    def subject_of(self, streams: Sequence[str]) -> str:
        """Return the subject of a commit's streams. Raises ProgrammingError when there are several."""
        if self.one_subject:
            return ""
        try:
            if len(streams) == 1:  # as nearly always
                return Stream.parse(streams[0]).subject
            subjects = {Stream.parse(stream).subject for stream in streams}
        except StreamNameError as error:
            raise ProgrammingError(str(error)) from error
        if len(subjects) != 1:
            raise ProgrammingError(f"the events of one commit must be of one subject, not of {len(subjects)}")
        return subjects.pop()

    def partition_of(self, subject: str) -> int:
        return 0 if self.one_subject else partition_of(subject, self.partitions)


class ReadAhead(msgspec.Struct, frozen=True):
    """How a command ended, its subject's number of commits, and the events of streams after a version."""

    found: Accepted | Voided | None
    commits: int
    events: dict[tuple[str, int], list[StoredEvent]]


class Lookups:
    """Reads of one journal by key. All raise the library's persistence errors when the database is away."""

    def __init__(self, connect: Connect, *, log: str) -> None:
        self._connect, tables = connect, JournalTables(log)
        self._sql = {name: tables.statement(text) for name, text in _STATEMENTS.items()}

    def log(self) -> LogIdentity | None:
        """Return the log's identity, or None until a journal worker has read the log."""
        try:
            rows = self._rows("log", ())
        except (psycopg.errors.UndefinedTable, ProgrammingError):
            return None
        return LogIdentity(*rows[0]) if rows else None

    def find(self, subject: str, command: bytes) -> Accepted | Voided | None:
        """Return how a command of this subject ended, or None: not accepted or voided so far."""
        rows = self._rows("find", (command, subject, command, subject))
        return _found(rows[0]) if rows else None

    def find_any(self, command: bytes) -> Accepted | Voided | None:
        """Return how a command of any subject ended, or None: not accepted or voided so far."""
        rows = self._rows("find_any", (command, command))
        return _found(rows[0]) if rows else None

    def commits_of(self, subject: str) -> int:
        """Return a subject's number of accepted commits, for `decided_on`."""
        return int(self._rows("count", (subject,))[0][0])

    def read_ahead(self, command: bytes, *, subject: str, streams: Mapping[str, int]) -> ReadAhead:
        """
        Read in one trip what deciding a command needs.

        The number of commits is read first, each stream by its own snapshot after it: what is accepted in
        between makes the number too small, so that a commit that was `decided_on` it is refused.
        """

        def ask(statement: str, *arguments: object) -> psycopg.Cursor[tuple[Any, ...]]:
            cursor = conn.cursor(row_factory=tuple_row, binary=True)
            return cursor.execute(self._sql[statement], arguments, prepare=True)

        with self._connect() as conn, conn.pipeline():
            found, count = ask("find_any", command, command), ask("count", subject)
            events = {(stream, after): ask("stream", stream, after) for stream, after in streams.items()}
            ended = found.fetchone()
            return ReadAhead(
                found=_found(ended) if ended else None,
                commits=int(count.fetchall()[0][0]),
                events={name: [StoredEvent(*row) for row in asked] for name, asked in events.items()},
            )

    def positions(self) -> tuple[int, ...]:
        """Return the ordinal of each partition's last accepted event, all of one moment."""
        return tuple(ordinal for (ordinal,) in self._rows("positions", ()))

    def head(self, stream: str) -> Head | None:
        """Return a stream's last accepted version and digest."""
        rows = self._rows("head", (stream,))
        return Head(*rows[0]) if rows else None

    def verdict(self, commit: Commit) -> VerdictNotice | None:
        """Return the verdict on one attempt, or None as long as there is none."""
        rows = self._rows("verdict", (commit.command, commit.subject, commit.commit))
        if not rows:
            return None
        commit_id, verdict, ordinal = rows[0]
        repeat = verdict == Outcome.ACCEPTED.value and commit_id != commit.commit
        return VerdictNotice(commit.commit, Outcome.REPEAT if repeat else Outcome(verdict), ordinal)

    def _rows(self, statement: str, arguments: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with self._connect() as conn, conn.cursor(row_factory=tuple_row, binary=True) as cursor:
            return cursor.execute(self._sql[statement], arguments, prepare=True).fetchall()


def _found(row: tuple[Any, ...]) -> Accepted | Voided:
    subject, command, generation, partition, ordinal, events, answer, fingerprint = row
    if ordinal is None:
        return Voided(subject=subject, command=command)
    return Accepted(
        subject=subject,
        command=command,
        position=LogPosition(generation=generation.hex(), partition=partition, ordinal=ordinal),
        events=events,
        answer=answer,
        fingerprint=fingerprint,
    )


_FOUND: Final[LiteralString] = (
    "SELECT c.subject, c.command, l.generation, c.partition, c.ordinal, c.events, c.answer, c.fingerprint"
    " FROM {commits} c CROSS JOIN {log} l"
)
_VOIDED: Final[LiteralString] = "SELECT subject, command, NULL, partition, NULL, 0, NULL, NULL FROM {settled}"
_STATEMENTS: Final[dict[str, LiteralString]] = {
    "log": "SELECT generation, partitions, one_subject FROM {log}",
    "positions": "SELECT coalesce(p.ordinal, 0) FROM {log} l, generate_series(0, l.partitions - 1) partition"
    " LEFT JOIN {positions} p USING (partition) ORDER BY partition",
    "head": "SELECT originator_version, digest FROM {events} WHERE originator_id = %s"
    " ORDER BY originator_version DESC LIMIT 1",
    "stream": "SELECT originator_id, originator_version, topic, state FROM {events}"
    " WHERE originator_id = %s AND originator_version > %s ORDER BY originator_version",
    "find": _FOUND
    + " WHERE command = %s AND subject = %s UNION ALL "
    + _VOIDED
    + " WHERE command = %s AND subject = %s",
    "find_any": _FOUND + " WHERE command = %s UNION ALL " + _VOIDED + " WHERE command = %s",
    "count": "SELECT count(*) FROM {commits} WHERE subject = %s",
    "verdict": "SELECT commit_id, 'accepted', ordinal FROM {commits} WHERE command = %s AND subject = %s"
    " UNION ALL SELECT commit_id, verdict, 0 FROM {refusals} WHERE commit_id = %s",
}
