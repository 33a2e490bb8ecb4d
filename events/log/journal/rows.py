"""What a chunk of records writes to the journal: collected as rows, sent as columns."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import msgspec

from events.log.acceptance import Verdict
from events.log.port import LogRecord
from events.log.record import Commit, Frame, Void
from events.log.tables import JournalTables
from events.log.verdicts import VerdictNotice, channel_of, payloads
from kit.postgres.columns import Bytes, Column, Ints, Texts

Chunk = list[tuple[LogRecord, Frame | None]]
"""Consecutive records that are folded at once; None for the frame of a damaged one."""


class Batch(msgspec.Struct):
    """Rows of each table, in the order of the write statement's parameters."""

    events: list[tuple[str, int, str, bytes, int, bytes]] = []
    commits: list[tuple[str, bytes, bytes, int, int, int, int, bytes, bytes]] = []
    refusals: list[tuple[bytes, str, int, str]] = []
    voided: list[tuple[str, bytes]] = []
    closed_subjects: list[str] = []
    tracking: list[tuple[str, int]] = []
    notices: dict[str, list[VerdictNotice]] = msgspec.field(default_factory=lambda: defaultdict(list))

    def accept(self, record: LogRecord, commit: Commit, verdict: Verdict) -> None:
        ordinal = verdict.ordinal - len(commit.writes)
        for write, digest in zip(commit.writes, verdict.digests, strict=True):
            ordinal += 1
            self.events.append((write.stream, write.version, write.topic, write.state, ordinal, digest))
        self.commits.append(
            (
                commit.subject,
                commit.command,
                commit.commit,
                verdict.ordinal,
                len(commit.writes),
                record.offset,
                record.day,
                commit.fingerprint,
                commit.answer,
            )
        )
        if commit.tracking:
            self.tracking.append(commit.tracking)
        if commit.last:
            self.closed_subjects.append(commit.subject)

    def refuse(self, record: LogRecord, commit: Commit, verdict: Verdict) -> None:
        # A column of type text can't hold every name; the rule calls those foreign.
        subject = commit.subject.replace("\0", "")
        self.refusals.append((commit.commit, verdict.outcome.value, record.offset, subject))

    def void(self, marker: Void) -> None:
        self.voided.append((marker.subject, marker.command))

    def notify(self, writer: str, commit: Commit, verdict: Verdict) -> None:
        self.notices[writer].append(VerdictNotice(commit.commit, verdict.outcome, verdict.ordinal))

    def accepted_columns(self, tables: JournalTables) -> tuple[tuple[Column, ...], tuple[Column, ...]]:
        """Return the commits, and the events with the notices: parameters for what is accepted."""
        return (
            self._commits(),
            (*self._events(), *_columns(self._notifications(tables), Texts, Texts)),
        )

    def columns(self, tables: JournalTables) -> tuple[Column, ...]:
        """Return the parameters of the write statement that follow the position and its fence."""
        return (
            *self._events(),
            *self._commits(),
            *_columns(self.refusals, Bytes, Texts, Ints, Texts),
            *_columns(self.voided, Texts, Bytes),
            Texts(self.closed_subjects),
            *_columns(self.tracking, Texts, Ints),
            *_columns(self._notifications(tables), Texts, Texts),
        )

    def _events(self) -> tuple[Column, ...]:
        return _columns(self.events, Texts, Ints, Texts, Bytes, Ints, Bytes)

    def _commits(self) -> tuple[Column, ...]:
        return _columns(self.commits, Texts, Bytes, Bytes, Ints, Ints, Ints, Ints, Bytes, Bytes)

    def _notifications(self, tables: JournalTables) -> list[tuple[str, str]]:
        notifications = [
            (channel, payload)
            for writer, notices in self.notices.items()
            if (channel := channel_of(tables.log, writer))
            for payload in payloads(notices)
        ]
        if self.events:
            notifications.append((tables.channel, ""))
        return notifications


def _columns(rows: Sequence[tuple[Any, ...]], *kinds: type[Column]) -> tuple[Column, ...]:
    columns = zip(*rows, strict=True) if rows else ((),) * len(kinds)
    return tuple(kind(column) for kind, column in zip(kinds, columns, strict=True))
