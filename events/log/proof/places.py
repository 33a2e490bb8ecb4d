"""Where the journal says that a stream's commits are on the log, and what it has of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import LiteralString

import psycopg

from events.log.acceptance import Outcome
from events.log.journal.kept import CommitRow, EventRow
from events.log.tables import JournalTables

Key = tuple[str, bytes]
"""Subject and command."""


class Places:
    """
    What the journal has of one stream and of its subject.

    `events` are the stream's rows by version; a check takes out what it accounts for.
    """

    def __init__(
        self,
        *,
        commits: Iterable[CommitRow],
        refusals: Iterable[tuple[int, bytes, str]],
        voided: Iterable[bytes],
        events: Iterable[EventRow],
    ) -> None:
        self._accepted: defaultdict[int, dict[Key, CommitRow]] = defaultdict(dict)
        for row in commits:
            self._accepted[row.record][row.key] = row
        refused = list(refusals)
        self._words = {commit: Outcome(verdict) for _, commit, verdict in refused}
        self._voided = frozenset(voided)
        self.events = {row.version: row for row in events}
        self._by_ordinal = {row.ordinal: row.version for row in self.events.values()}
        self.offsets: Sequence[int] = sorted({*self._accepted, *(offset for offset, _, _ in refused)})

    def accepted_at(self, offset: int) -> dict[Key, CommitRow]:
        """Return the rows of the subject's accepted commits in the record at this offset."""
        return dict(self._accepted.get(offset, {}))

    def word_of(self, commit: bytes) -> Outcome | None:
        """Return why the journal has this commit as refused; None if it has not."""
        return self._words.get(commit)

    def is_voided(self, command: bytes) -> bool:
        """Whether the journal has this command of the subject as voided."""
        return command in self._voided

    def take_events(self, row: CommitRow) -> list[EventRow]:
        """Return the stream's events of a commit as the journal has them, once."""
        versions = (self._by_ordinal.get(at) for at in range(row.ordinal - row.events + 1, row.ordinal + 1))
        return [self.events.pop(version) for version in versions if version in self.events]


def read_places(
    conn: psycopg.Connection, tables: JournalTables, *, stream: str, subject: str, partition: int
) -> Places:
    """Read, as of one moment, what the journal has of a stream and of its subject."""

    def rows(statement: LiteralString, *arguments: object) -> list[tuple[object, ...]]:
        return conn.execute(tables.statement(statement), arguments, binary=True).fetchall()

    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return Places(
            commits=[CommitRow(*row) for row in rows(_COMMITS, subject)],  # type: ignore[arg-type]
            refusals=rows(_REFUSALS, partition, subject),  # type: ignore[arg-type]
            voided=[row[0] for row in rows(_VOIDED, subject)],  # type: ignore[misc]
            events=[EventRow(*row) for row in rows(_EVENTS, stream)],  # type: ignore[arg-type]
        )


_COMMITS: LiteralString = (
    "SELECT record_offset, command, subject, commit_id, ordinal, events, day, fingerprint, answer"
    " FROM {commits} WHERE subject = %s"
)
# Rows that an older program wrote have no subject: then the record says whose commit it is.
_REFUSALS: LiteralString = (
    "SELECT record_offset, commit_id, verdict FROM {refusals}"
    " WHERE partition = %s AND (subject = %s OR subject IS NULL)"
)
_VOIDED: LiteralString = "SELECT command FROM {settled} WHERE subject = %s"
_EVENTS: LiteralString = (
    "SELECT notification_id, originator_id, originator_version, topic, state, digest FROM {events}"
    " WHERE originator_id = %s ORDER BY originator_version"
)
