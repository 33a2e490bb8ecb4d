"""A stream's commits, read from the log's own bytes by the places that the journal keeps, each checked."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

import msgspec
import psycopg

from events.log.acceptance import Outcome, State, Verdict, apply
from events.log.faults import Fault, FaultKind, Place, describe_event
from events.log.journal.judging import accept_unread, judge_next_to, recomputed_digest
from events.log.journal.kept import CommitRow, commit_row, differing, event_row
from events.log.journal.log_identity import check_log
from events.log.port import LogReader, LogRecord
from events.log.proof.places import Key, Places, read_places
from events.log.proof.records import RecordsByPlace
from events.log.record import RULE, Commit, DamagedRecordError, Entry, unframe
from events.log.tables import JournalTables
from events.streams import Stream, partition_of

_EPOCH: Final = date(1970, 1, 1)
RULE_VERSION: Final = RULE
"""Version of the acceptance rule that gives the verdicts."""


class EventOnLog(msgspec.Struct, frozen=True, kw_only=True):
    """
    One event of the stream. `topic` and `state` are as on the log: sealed, in a person's stream.

    `digest` is the one that the journal has (for a commit that was not accepted: the recomputed one),
    `recomputed` that of the bytes on the log, 32 bytes each. `ordinal` is None unless it was accepted.
    """

    version: int
    parent: bytes
    topic: str
    state: bytes
    digest: bytes
    recomputed: bytes
    ordinal: int | None = None

    @property
    def digest_valid(self) -> bool:
        return self.digest == self.recomputed


class CommitOnLog(msgspec.Struct, frozen=True, kw_only=True):
    """
    One commit that names the stream, as it is on the log.

    `commit` (16 bytes) and `verdict` are None when the record is damaged or does not hold the commit. `day`
    is whole days since 1970-01-01. `events` are those of the replayed stream only. `faults` says what differs
    from journal and chain; it is empty when all agrees.
    """

    place: Place
    commit: bytes | None
    day: int
    verdict: Outcome | None
    events: Sequence[EventOnLog] = ()
    faults: Sequence[Fault] = ()

    @property
    def on(self) -> date:
        """The day on which it was appended."""
        return _EPOCH + timedelta(days=self.day)


_NOT_KEPT: Final = ("niet in het journaal", "not in the journal")
_NOT_ON_LOG: Final = ("in het journaal, en niet op het logboek", "in the journal, and not on the log")
_NOT_IN_RECORD: Final = ("niet in dit record van het logboek", "not in this record of the log")
_UNREADABLE: Final = ("het record is beschadigd", "the record is damaged")


def read_commits(
    conn: psycopg.Connection, reader: LogReader, *, log: str, stream: str
) -> Iterator[CommitOnLog]:
    """
    Yield every commit that names this stream, whatever its verdict, in the order of the log.

    The rule is applied again to all commits of the stream's subject. What rests on other subjects (the
    ordinal, and that no other commit names the stream) is the journal's word, which `verify` checks. A copy
    of a commit that was already judged is found only in a record that is read anyway. Rows of the journal
    that no commit on the log accounts for come as faults of a last item without a commit.

    Raises StreamNameError; LogCutError and OtherLogError when this is not the log that was folded;
    LogUnavailableError, LogDamagedError and psycopg's errors.
    """
    tables, subject = JournalTables(log), Stream.parse(stream).subject
    partitions = _partitions(conn, tables)
    state, _ = check_log(conn, reader, tables=tables, partition=partition_of(subject, partitions))
    places = read_places(conn, tables, stream=stream, subject=subject, partition=state.partition)
    reading = _Reading(state, places, stream=stream, subject=subject)
    records = RecordsByPlace(reader, partition=state.partition)
    for offset in places.offsets:
        yield from reading.read(records.at(offset))
    yield from reading.left_over()


def _partitions(conn: psycopg.Connection, tables: JournalTables) -> int:
    row = conn.execute(tables.statement("SELECT partitions FROM {log}")).fetchone()
    return int(row[0]) if row else 1


class _Reading:
    """The rule's state of one subject, and what the journal has of the stream."""

    def __init__(self, state: State, places: Places, *, stream: str, subject: str) -> None:
        self._state, self._places = state, places
        self._stream, self._subject = stream, subject

    def read(self, record: LogRecord) -> Iterator[CommitOnLog]:
        """Yield the commits of a record that name the stream; judge all that are of its subject."""
        held = self._places.accepted_at(record.offset)
        try:
            frame = unframe(record.value)
        except DamagedRecordError:
            yield from self._missing(record, held.values(), FaultKind.DAMAGED, _UNREADABLE)
            return
        own = frame.generation == self._state.generation
        for index, entry in enumerate(frame.entries):
            if self._is_of_subject(entry):
                yield from self._judge(record, entry, index=index, own=own, held=held)
        yield from self._missing(record, held.values(), FaultKind.DROPPED, _NOT_IN_RECORD)

    def left_over(self) -> Iterator[CommitOnLog]:
        """Yield an item with a fault for each row of the stream that no commit on the log accounts for."""
        for row in self._places.events.values():
            place = self._place(0, ordinal=row.ordinal)
            fault = self._fault(FaultKind.ADDED, place, row.version, _NOT_ON_LOG)
            yield CommitOnLog(place=place, commit=None, day=0, verdict=None, faults=(fault,))

    def _is_of_subject(self, entry: Entry) -> bool:
        return self._state.one_subject or getattr(entry, "subject", None) == self._subject

    def _judge(
        self, record: LogRecord, entry: Entry, *, index: int, own: bool, held: dict[Key, CommitRow]
    ) -> Iterator[CommitOnLog]:
        row = held.get((entry.subject, entry.command)) if isinstance(entry, Commit) else None
        kept = row if row and isinstance(entry, Commit) and row.commit == entry.commit else None
        if kept:
            self._state.ordinal = kept.ordinal - kept.events
        verdict, broken = judge_next_to(self._state, entry, own=own, row=kept)
        if isinstance(entry, Commit):
            verdict = self._voided(entry, verdict)
        apply(self._state, entry, verdict)
        if not isinstance(entry, Commit):
            return
        if verdict.outcome is Outcome.ACCEPTED:
            held.pop((entry.subject, entry.command), None)
        if all(write.stream != self._stream for write in entry.writes):
            return
        place = self._place(record.offset, index=index, ordinal=row.ordinal - row.events + 1 if row else None)
        faults = list(self._differences(record, entry, verdict, row=row, place=place))
        if broken is not None:
            version = broken.version if broken.stream == self._stream else None
            faults.append(self._fault(broken.kind, place, version, (broken.nl, broken.en)))
        yield CommitOnLog(
            place=place,
            commit=entry.commit,
            day=record.day,
            verdict=verdict.outcome,
            events=tuple(self._events(entry, verdict, place, faults)),
            faults=tuple(faults),
        )

    def _voided(self, commit: Commit, verdict: Verdict) -> Verdict:
        """Take the journal's word for a command that was voided: it keeps no place of the marker."""
        word = self._places.word_of(commit.commit)
        if word is Outcome.VOIDED and self._places.is_voided(commit.command):
            return Verdict(Outcome.VOIDED, self._state.ordinal)
        return verdict

    def _differences(
        self, record: LogRecord, commit: Commit, verdict: Verdict, *, row: CommitRow | None, place: Place
    ) -> Iterator[Fault]:
        """Yield how the journal's row for the commit differs from what the log requires."""
        word = self._places.word_of(commit.commit)
        if verdict.outcome is Outcome.ACCEPTED:
            if row is None:
                yield self._fault(FaultKind.DROPPED, place, None, _NOT_KEPT)
            elif columns := differing(commit_row(commit, verdict, record), row):
                yield self._fault(FaultKind.CHANGED, place, None, _other(columns))
        elif word is not None and word is not verdict.outcome:
            yield self._fault(FaultKind.CHANGED, place, None, _other("verdict"))

    def _events(
        self, commit: Commit, verdict: Verdict, place: Place, faults: list[Fault]
    ) -> Iterator[EventOnLog]:
        """Yield the events of the stream; add to `faults` how the journal's rows for them differ."""
        accepted = verdict.outcome is Outcome.ACCEPTED
        for number, write in enumerate(commit.writes):
            if write.stream != self._stream:
                continue
            recomputed = recomputed_digest(write)
            row = self._places.events.pop(write.version, None) if accepted else None
            ordinal = row.ordinal if row and place.ordinal is None else (place.ordinal or 0) + number
            if accepted and row is None:
                faults.append(self._fault(FaultKind.DROPPED, place, write.version, _NOT_KEPT))
            elif row and (columns := differing(event_row(write, ordinal=ordinal, digest=recomputed), row)):
                faults.append(self._fault(FaultKind.CHANGED, place, write.version, _other(columns)))
            yield EventOnLog(
                version=write.version,
                parent=write.parent,
                topic=write.topic,
                state=write.state,
                digest=row.digest if row else recomputed,
                recomputed=recomputed,
                ordinal=ordinal if accepted else None,
            )

    def _missing(
        self, record: LogRecord, rows: Iterable[CommitRow], kind: FaultKind, said: tuple[str, str]
    ) -> Iterator[CommitOnLog]:
        """Yield the accepted commits that the record should hold; go on with what the journal has of them."""
        for row in sorted(rows, key=lambda row: row.ordinal):
            place = self._place(record.offset, ordinal=row.ordinal - row.events + 1)
            events = self._places.take_events(row)
            accept_unread(self._state, row, events)
            faults = tuple(self._fault(kind, place, event.version, said) for event in events)
            if faults:
                yield CommitOnLog(place=place, commit=None, day=record.day, verdict=None, faults=faults)

    def _place(self, offset: int, *, index: int = 0, ordinal: int | None) -> Place:
        return Place(
            generation=self._state.generation.hex(),
            partition=self._state.partition,
            offset=offset,
            index=index,
            ordinal=ordinal,
        )

    def _fault(self, kind: FaultKind, place: Place, version: int | None, said: tuple[str, str]) -> Fault:
        nl, en = said
        if version is not None:
            named = describe_event(self._stream, version, None)
            nl, en = f"{named[0]}: {nl}", f"{named[1]}: {en}"
        return Fault(kind=kind, place=place, nl=nl, en=en, stream=self._stream, version=version)


def _other(columns: str) -> tuple[str, str]:
    return f"het journaal heeft een andere waarde van {columns}", f"the journal has another {columns}"
