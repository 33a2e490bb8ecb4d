"""Compares one record of the log after the other with the journal's rows for it."""

from collections.abc import Mapping
from typing import Any, Final

import psycopg

from events.log.acceptance import Outcome, State, Verdict, apply
from events.log.faults import Fault, FaultKind, Place, describe_event
from events.log.journal.judging import Break, accept_unread, judge_next_to
from events.log.journal.kept import (
    CommitRow,
    EventRow,
    RefusalRow,
    Rows,
    commit_row,
    differing,
    event_row,
)
from events.log.port import LogRecord
from events.log.record import Commit, DamagedRecordError, Frame, unframe
from events.log.tables import JournalTables

_OTHER: Final = ("het journaal heeft een andere waarde van {0}", "the journal has another {0}")
_DROPPED: Final = ("niet in het journaal", "not in the journal")
_ADDED: Final = ("in het journaal, en niet op het logboek", "in the journal, and not on the log")
_MOVED: Final = ("het journaal heeft dit bij record {0}", "the journal has it at record {0}")
_UNREADABLE: Final = (
    "beschadigd: {0} aanvaarde commits van dit record zijn niet meer te lezen",
    "damaged: {0} accepted commits of this record can't be read any more",
)


class Comparison:
    """
    The check of one partition: `state` is the rule's, `faults` what differs so far.

    `broken` says that something on the log itself was changed, so that the rest of `state` follows the
    journal's word. Raises UnknownFormatError and psycopg's errors.
    """

    def __init__(
        self,
        conn: psycopg.Connection[Any],
        tables: JournalTables,
        state: State,
        *,
        events: Rows[EventRow],
        commits: Rows[CommitRow],
        refusals: Rows[RefusalRow],
    ) -> None:
        self.state = state
        self.faults: list[Fault] = []
        self.refused = self.damaged = 0
        self.broken = False
        self._conn, self._tables = conn, tables
        self._events, self._commits, self._refusals = events, commits, refusals

    def compare(self, record: LogRecord) -> None:
        """Judge the commits of the next record, and compare each with the rows that it must have."""
        held = {row.key: row for row in self._commits.take(record.offset)}
        refusals = {row.commit: row for row in self._refusals.take(record.offset)}
        try:
            frame = unframe(record.value)
        except DamagedRecordError:
            self._unreadable(record, held)
            return
        refused = self._compare_commits(record, frame, held)
        self._compare_refusals(record, refused, refusals)
        for row in held.values():
            self._add(FaultKind.ADDED, self._place(record.offset, row=row), _of_commit(row), _ADDED)

    def finish(self) -> None:
        """Report the rows that no record asked for."""
        for commit in self._commits.left():
            self._add(FaultKind.ADDED, self._place(commit.record, row=commit), _of_commit(commit), _ADDED)
        for event in self._events.left():
            place = self._place(0, ordinal=event.ordinal)
            self._add(FaultKind.ADDED, place, _of_event(event), _ADDED, event=event)

    def _compare_commits(
        self, record: LogRecord, frame: Frame, held: dict[tuple[str, bytes], CommitRow]
    ) -> dict[bytes, Outcome]:
        """Compare the accepted commits, and take their rows from `held`; return the refused ones."""
        own = frame.generation == self.state.generation
        refused: dict[bytes, Outcome] = {}
        for index, entry in enumerate(frame.entries):
            row = held.get((entry.subject, entry.command)) if isinstance(entry, Commit) else None
            kept = row if row and isinstance(entry, Commit) and row.commit == entry.commit else None
            verdict, broken = judge_next_to(self.state, entry, own=own, row=kept)
            known = isinstance(entry, Commit) and entry.commit in self.state.refused
            apply(self.state, entry, verdict)
            if not isinstance(entry, Commit):
                continue
            if verdict.outcome is Outcome.ACCEPTED:
                held.pop((entry.subject, entry.command), None)
                place = self._place(record.offset, index=index, row=row)
                self._break(place, broken)
                self._accepted(entry, verdict, record, row=row, place=place)
                continue
            self.refused += 1
            if not known and not verdict.own_repeat:
                refused[entry.commit] = verdict.outcome
        return refused

    def _accepted(
        self, commit: Commit, verdict: Verdict, record: LogRecord, *, row: CommitRow | None, place: Place
    ) -> None:
        expected = commit_row(commit, verdict, record)
        if row is None:
            self._not_there(expected, place)
        elif columns := differing(expected, row):
            self._add(FaultKind.CHANGED, place, _of_commit(expected), _OTHER, columns)
        ordinal = verdict.ordinal - len(commit.writes)
        for write, digest in zip(commit.writes, verdict.digests, strict=True):
            ordinal += 1
            event = event_row(write, ordinal=ordinal, digest=digest)
            found = self._events.take(ordinal)
            if not found:
                self._add(FaultKind.DROPPED, place, _of_event(event), _DROPPED, event=event)
            elif columns := differing(event, found[0]):
                self._add(FaultKind.CHANGED, place, _of_event(event), _OTHER, columns, event=event)

    def _not_there(self, expected: CommitRow, place: Place) -> None:
        statement = "SELECT record_offset FROM {commits} WHERE command = %s AND subject = %s"
        keys = (expected.command, expected.subject)
        moved = self._conn.execute(self._tables.statement(statement), keys).fetchone()
        if moved is None:
            self._add(FaultKind.DROPPED, place, _of_commit(expected), _DROPPED)
        else:
            self._add(FaultKind.SWAPPED, place, _of_commit(expected), _MOVED, moved[0])

    def _compare_refusals(
        self, record: LogRecord, expected: Mapping[bytes, Outcome], found: dict[bytes, RefusalRow]
    ) -> None:
        place = self._place(record.offset)
        for commit, outcome in expected.items():
            row = found.pop(commit, None)
            if row is None and not self._refused_elsewhere(commit):
                self._add(FaultKind.DROPPED, place, _of_refusal(commit, outcome.value), _DROPPED)
            elif row is not None and row.verdict != outcome.value:
                self._add(FaultKind.CHANGED, place, _of_refusal(commit, outcome.value), _OTHER, "verdict")
        for row in found.values():
            self._add(FaultKind.ADDED, place, _of_refusal(row.commit, row.verdict), _ADDED)

    def _refused_elsewhere(self, commit: bytes) -> bool:
        """Whether a copy of this commit was refused in another partition: a commit has one row."""
        statement = "SELECT 1 FROM {refusals} WHERE commit_id = %s AND partition <> %s"
        arguments = (commit, self.state.partition)
        return self._conn.execute(self._tables.statement(statement), arguments).fetchone() is not None

    def _unreadable(self, record: LogRecord, held: Mapping[tuple[str, bytes], CommitRow]) -> None:
        """Report a damaged record if the journal has commits from it, and go on with what it has."""
        self.damaged += 1
        if not held:
            return
        self.broken = True
        first = min(held.values(), key=lambda row: row.ordinal)
        place = self._place(record.offset, row=first)
        self._add(FaultKind.DAMAGED, place, _of_commit(first), _UNREADABLE, len(held))
        for row in sorted(held.values(), key=lambda row: row.ordinal):
            ordinals = range(row.ordinal - row.events + 1, row.ordinal + 1)
            accept_unread(self.state, row, [e for at in ordinals for e in self._events.take(at)])

    def _break(self, place: Place, broken: Break | None) -> None:
        if broken is None:
            return
        self.broken = True
        nl, en = broken.nl, broken.en
        if broken.stream is not None and broken.version is not None:
            named = describe_event(broken.stream, broken.version, None)
            nl, en = f"{named[0]}: {nl}", f"{named[1]}: {en}"
        self.faults.append(
            Fault(kind=broken.kind, place=place, nl=nl, en=en, stream=broken.stream, version=broken.version)
        )

    def _place(
        self, offset: int, *, index: int = 0, row: CommitRow | None = None, ordinal: int | None = None
    ) -> Place:
        return Place(
            generation=self.state.generation.hex(),
            partition=self.state.partition,
            offset=offset,
            index=index,
            ordinal=row.ordinal - row.events + 1 if row else ordinal,
        )

    def _add(
        self,
        kind: FaultKind,
        place: Place,
        named: tuple[str, str],
        said: tuple[str, str],
        value: object = "",
        *,
        event: EventRow | None = None,
    ) -> None:
        self.faults.append(
            Fault(
                kind=kind,
                place=place,
                nl=f"{named[0]}: {said[0].format(value)}",
                en=f"{named[1]}: {said[1].format(value)}",
                stream=event.stream if event else None,
                version=event.version if event else None,
            )
        )


def _of_event(row: EventRow) -> tuple[str, str]:
    return describe_event(row.stream, row.version, row.ordinal)


def _of_commit(row: CommitRow) -> tuple[str, str]:
    command = row.command.hex()
    return (
        f"volgnummer {row.ordinal}, opdracht {command} van {row.subject}",
        f"ordinal {row.ordinal}, command {command} of {row.subject}",
    )


def _of_refusal(commit: bytes, verdict: str) -> tuple[str, str]:
    return f"de weigering ({verdict}) van commit {commit.hex()}", f"the refusal ({verdict}) of {commit.hex()}"
