"""Compares one record of the log after the other with the journal's rows for it."""

from collections.abc import Collection, Mapping
from typing import Any, Final

import psycopg

from events.log.acceptance import Outcome, State, Verdict, apply
from events.log.faults import Fault, FaultKind, Place, describe_event
from events.log.journal.judging import Break, accept_unread, fits_unread, judge_next_to
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

Held = Mapping[tuple[str, bytes], CommitRow]
"""The journal's rows of one record's accepted commits, by subject and command."""


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
        self._unread: set[tuple[str, bytes]] = set()
        self._conn, self._tables = conn, tables
        self._events, self._commits, self._refusals = events, commits, refusals

    def compare(self, record: LogRecord) -> None:
        """Judge the commits of the next record, and compare each with the rows that it must have."""
        held = {row.key: row for row in self._commits.take(record.offset)}
        refusals = {row.commit: row for row in self._refusals.take(record.offset)}
        try:
            frame = unframe(record.value)
        except DamagedRecordError:
            self._unreadable(record, held.values())
            return
        refused = self._compare_commits(record, frame, held)
        self._compare_refusals(record, refused, refusals)

    def finish(self) -> None:
        """Report the rows that no record asked for."""
        for commit in self._commits.left():
            self._add(FaultKind.ADDED, self._place(commit.record, row=commit), _of_commit(commit), _ADDED)
        for event in self._events.left():
            place = self._place(0, ordinal=event.ordinal)
            self._add(FaultKind.ADDED, place, _of_event(event), _ADDED, event=event)

    def _compare_commits(self, record: LogRecord, frame: Frame, held: Held) -> dict[bytes, Outcome]:
        """Compare the accepted commits with the rows held for the record; return the refused ones."""
        own = frame.generation == self.state.generation
        commits = {entry.commit for entry in frame.entries if isinstance(entry, Commit)}
        missing = sorted((row for row in held.values() if row.commit not in commits), key=_ordinal)
        refused: dict[bytes, Outcome] = {}
        for index, entry in enumerate(frame.entries):
            if not isinstance(entry, Commit):
                apply(self.state, entry, judge_next_to(self.state, entry, own=own, row=None)[0])
                continue
            row = held.get((entry.subject, entry.command))
            kept = row if row and row.commit == entry.commit else None
            # In the order of the ordinals: what was dropped comes before what follows it.
            while missing and (kept is None or missing[0].ordinal < kept.ordinal) and self._fits(missing[0]):
                self._missing(record, missing.pop(0))
            known = entry.commit in self.state.refused
            verdict = self._judge(record, entry, index=index, own=own, row=row, kept=kept)
            if verdict.outcome is not Outcome.ACCEPTED:
                self.refused += 1
                if not known and not verdict.own_repeat:
                    refused[entry.commit] = verdict.outcome
        for row in missing:
            if row.key not in self.state.commands:
                self._missing(record, row)
        return refused

    def _judge(
        self,
        record: LogRecord,
        commit: Commit,
        *,
        index: int,
        own: bool,
        row: CommitRow | None,
        kept: CommitRow | None,
    ) -> Verdict:
        if kept and self.broken:
            self.state.ordinal = kept.ordinal - kept.events
        verdict, broken = judge_next_to(self.state, commit, own=own, row=kept)
        apply(self.state, commit, verdict)
        place = self._place(record.offset, index=index, row=row)
        if verdict.outcome is Outcome.ACCEPTED:
            self._break(place, broken)
            self._accepted(commit, verdict, record, row=row, place=place)
        elif verdict.own_repeat and (commit.subject, commit.command) in self._unread:
            self._not_there(commit_row(commit, verdict, record), place)
        return verdict

    def _accepted(
        self, commit: Commit, verdict: Verdict, record: LogRecord, *, row: CommitRow | None, place: Place
    ) -> None:
        expected = commit_row(commit, verdict, record)
        ordinal = verdict.ordinal
        if row is None:
            ordinal = self._not_there(expected, place) or ordinal
        elif columns := differing(expected, row):
            self._add(FaultKind.CHANGED, place, _of_commit(expected), _OTHER, columns)
        ordinal -= len(commit.writes)
        for write, digest in zip(commit.writes, verdict.digests, strict=True):
            ordinal += 1
            event = event_row(write, ordinal=ordinal, digest=digest)
            found = self._events.take(ordinal)
            if not found:
                self._add(FaultKind.DROPPED, place, _of_event(event), _DROPPED, event=event)
            elif columns := differing(event, found[0]):
                self._add(FaultKind.CHANGED, place, _of_event(event), _OTHER, columns, event=event)

    def _not_there(self, expected: CommitRow, place: Place) -> int | None:
        """Report a commit for which the journal has no row at its place; return the ordinal of another."""
        statement = "SELECT record_offset, ordinal FROM {commits} WHERE command = %s AND subject = %s"
        keys = (expected.command, expected.subject)
        moved = self._conn.execute(self._tables.statement(statement), keys).fetchone()
        if moved is None:
            self._add(FaultKind.DROPPED, place, _of_commit(expected), _DROPPED)
            return None
        self.broken = True
        self._add(FaultKind.SWAPPED, place, _of_commit(expected), _MOVED, moved[0])
        return int(moved[1])

    def _missing(self, record: LogRecord, row: CommitRow) -> None:
        """Report a row for a commit that the record does not hold."""
        place = self._place(record.offset, row=row)
        dropped = self._fits(row)
        self._add(FaultKind.DROPPED if dropped else FaultKind.ADDED, place, _of_commit(row), _ADDED)
        if dropped:
            self._go_on_without(row)

    def _fits(self, row: CommitRow) -> bool:
        ordinals = range(row.ordinal - row.events + 1, row.ordinal + 1)
        events = [event for at in ordinals for event in self._events.peek(at)]
        return fits_unread(self.state, row, events)

    def _go_on_without(self, row: CommitRow) -> None:
        """Take the journal's word for a commit that the log does not have any more."""
        self.broken = True
        self._unread.add(row.key)
        ordinals = range(row.ordinal - row.events + 1, row.ordinal + 1)
        accept_unread(self.state, row, [event for at in ordinals for event in self._events.take(at)])

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

    def _unreadable(self, record: LogRecord, held: Collection[CommitRow]) -> None:
        """Report a damaged record if the journal has commits from it, and go on with what it has."""
        self.damaged += 1
        if not held:
            return
        rows = sorted(held, key=_ordinal)
        place = self._place(record.offset, row=rows[0])
        self._add(FaultKind.DAMAGED, place, _of_commit(rows[0]), _UNREADABLE, len(rows))
        for row in rows:
            self._go_on_without(row)

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


def _ordinal(row: CommitRow) -> int:
    return row.ordinal


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
