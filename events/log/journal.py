"""The journal's fold: the acceptance rule applied to a partition's records, its outcome written at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec
import psycopg
import structlog
from psycopg import sql

from events.log import verdicts
from events.log.acceptance import (
    Head,
    LogStopError,
    Outcome,
    State,
    Taken,
    Verdict,
    judge_frame,
)
from events.log.port import LogRecord
from events.log.record import (
    Commit,
    DamagedRecordError,
    Entry,
    Frame,
    Settle,
    UnknownFormatError,
    unframe,
)
from events.log.tables import names

HEADS_MAX: Final = 200_000
"""Heads kept in memory for one partition; beyond it they are read again from the events table."""

_log = structlog.get_logger()


class FenceError(Exception):
    """Another worker moved this partition's position: drop what is in memory and load again."""


class Place(msgspec.Struct, frozen=True):
    """Where the journal stands in a partition; `digest` is that of the record before `next_offset`."""

    next_offset: int
    ordinal: int
    epoch: int
    digest: bytes


class _Batch(msgspec.Struct):
    """What a batch writes, column by column."""

    events: list[tuple[str, int, str, bytes, int, bytes]]
    commits: list[tuple[str, bytes, bytes, int, int, int, int, bytes, bytes]]
    refusals: list[tuple[bytes, str, int]]
    settled: list[tuple[str, bytes]]
    sealed: list[str]
    tracking: dict[str, int]
    told: defaultdict[str, list[verdicts.Told]]


class Journal:
    """One partition's journal, in the hands of the worker that holds its lease."""

    def __init__(self, *, log: str, state: State, place: Place) -> None:
        self._log, self._state, self.place = log, state, place
        own = names(log)
        self._sql = {name: sql.SQL(text).format(**own) for name, text in _STATEMENTS.items()}

    def fold(self, conn: psycopg.Connection, records: Sequence[LogRecord]) -> None:
        """
        Fold records that follow each other from `place.next_offset` on, and move the position with them.

        Raises FenceError (another worker was here), LogStopError (after folding what came before the record
        that stops) and psycopg's errors; after any of them this object must be dropped and loaded again.
        """
        frames, stop = self._frames(records)
        if frames:
            self._fold(conn, frames)
        if stop is not None:
            raise stop

    def _frames(
        self, records: Sequence[LogRecord]
    ) -> tuple[list[tuple[LogRecord, Frame | None]], LogStopError | None]:
        frames: list[tuple[LogRecord, Frame | None]] = []
        expected = self.place.next_offset
        for record in records:
            if record.offset != expected:
                return frames, LogStopError(f"record {expected} is missing; the next is {record.offset}")
            expected += 1
            try:
                frames.append((record, unframe(record.value)))
            except DamagedRecordError as error:
                _log.error("log.damaged", partition=record.partition, offset=record.offset, error=str(error))
                frames.append((record, None))
            except UnknownFormatError as error:
                return frames, LogStopError(f"record {record.offset} needs a newer program: {error}")
        return frames, None

    def _fold(self, conn: psycopg.Connection, frames: Sequence[tuple[LogRecord, Frame | None]]) -> None:
        state, partition = self._state, self._state.partition
        entries = [entry for _, frame in frames if frame for entry in frame.entries]
        with conn.pipeline(), conn.transaction():
            position = conn.execute(self._sql["fence"], (partition,), prepare=True)
            found = self._look_up(conn, entries)
            row = position.fetchone()
            if row is None or row[0] != self.place.next_offset:
                raise FenceError(f"partition {partition}: position {row} is not {self.place.next_offset}")
            self._remember(found)
            batch = _Batch([], [], [], [], [], {}, defaultdict(list))
            for record, frame in frames:
                if frame is not None:
                    self._judge(record, frame, batch)
            last = frames[-1][0]
            place = Place(last.offset + 1, state.ordinal, last.epoch, sha256(last.value).digest())
            self._write(conn, batch, place)
        self.place = place
        if len(state.heads) > HEADS_MAX:
            state.heads.clear()

    def _look_up(self, conn: psycopg.Connection, entries: Iterable[Entry]) -> "list[psycopg.Cursor[Any]]":
        """Ask for what the rule may need of these entries, without waiting for the answers."""
        commits = [entry for entry in entries if isinstance(entry, Commit)]
        settles = [entry for entry in entries if isinstance(entry, Settle)]
        streams = {w.stream for c in commits for w in c.writes} - self._state.heads.keys()
        subjects = {commit.subject for commit in commits if commit.decided_on is not None}
        asked: list[Commit | Settle] = [*commits, *settles]
        commands = ([entry.command for entry in asked], [entry.subject for entry in asked])
        return [
            self._ask(conn, "heads", ([s for s in streams if "\0" not in s],)),
            self._ask(conn, "taken", commands),
            self._ask(conn, "refused", ([commit.commit for commit in commits],)),
            self._ask(conn, "counts", (list(subjects),)),
        ]

    def _ask(
        self, conn: psycopg.Connection, statement: str, arguments: tuple[list[Any], ...]
    ) -> "psycopg.Cursor[Any]":
        return conn.execute(self._sql[statement], arguments, prepare=True, binary=True)

    def _remember(self, found: "Sequence[psycopg.Cursor[Any]]") -> None:
        heads, taken, refused, counts = found
        state = self._state
        state.heads.update((stream, Head(version, digest)) for stream, version, digest in heads)
        state.commands = {(subject, command): Taken(*rest) for subject, command, *rest in taken}
        state.refused = {commit for (commit,) in refused}
        state.counts = dict(counts.fetchall())

    def _judge(self, record: LogRecord, frame: Frame, batch: _Batch) -> None:
        told = batch.told[frame.writer]
        for entry, verdict in judge_frame(self._state, frame):
            match entry:
                case Commit():
                    if verdict.outcome is Outcome.ACCEPTED:
                        _add_accepted(batch, record, entry, verdict)
                    elif not verdict.own_repeat:
                        batch.refusals.append((entry.commit, verdict.outcome.value, record.offset))
                        self._report(record, entry, verdict)
                    told.append(verdicts.Told(entry.commit, verdict.outcome, verdict.ordinal))
                case Settle() if (entry.subject, entry.command) in self._state.settled:
                    batch.settled.append((entry.subject, entry.command))
                case _ if verdict.outcome is Outcome.FOREIGN:
                    _log.error("log.foreign", partition=record.partition, offset=record.offset)
                case _:
                    pass

    def _report(self, record: LogRecord, commit: Commit, verdict: Verdict) -> None:
        alarming = verdict.outcome in {Outcome.GAP, Outcome.FOREIGN, Outcome.MALFORMED}
        level = _log.error if alarming else _log.debug
        level(
            f"log.{verdict.outcome.value}",
            partition=record.partition,
            offset=record.offset,
            commit=commit.commit.hex(),
        )

    def _write(self, conn: psycopg.Connection, batch: _Batch, place: Place) -> None:
        partition = self._state.partition
        for name in ("events", "commits", "refusals", "settled"):
            rows: list[tuple[Any, ...]] = getattr(batch, name)
            if rows:
                columns = [list(column) for column in zip(*rows, strict=True)]
                conn.execute(self._sql[f"insert_{name}"], (partition, *columns), prepare=True)
        if batch.sealed:
            conn.execute(self._sql["insert_sealed"], (partition, batch.sealed))
        for upstream, position in batch.tracking.items():
            conn.execute(self._sql["track"], (upstream, position, partition))
        conn.execute(
            self._sql["move"],
            (place.next_offset, place.ordinal, place.epoch, place.digest, partition),
            prepare=True,
        )
        if batch.events:
            conn.execute(self._sql["notify"])
        for writer, told in batch.told.items():
            channel = verdicts.channel_of(self._log, writer)
            for payload in verdicts.payloads(told) if channel else ():
                conn.execute("SELECT pg_notify(%s, %s)", (channel, payload), prepare=True)


def _add_accepted(batch: _Batch, record: LogRecord, commit: Commit, verdict: Verdict) -> None:
    ordinal = verdict.ordinal - len(commit.writes)
    for write, digest in zip(commit.writes, verdict.digests, strict=True):
        ordinal += 1
        batch.events.append((write.stream, write.version, write.topic, write.state, ordinal, digest))
    batch.commits.append(
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
        batch.tracking[commit.tracking[0]] = commit.tracking[1]
    if commit.last:
        batch.sealed.append(commit.subject)


_STATEMENTS: Final = {
    "fence": "SELECT next_offset FROM {positions} WHERE partition = %s FOR UPDATE",
    "heads": "SELECT s.stream, e.originator_version, e.digest FROM unnest(%s::text[]) s(stream)"
    " CROSS JOIN LATERAL (SELECT originator_version, digest FROM {events} WHERE originator_id = s.stream"
    " ORDER BY originator_version DESC LIMIT 1) e",
    "taken": "SELECT c.subject, c.command, c.commit_id, c.ordinal, c.events FROM {commits} c"
    " JOIN unnest(%s::bytea[], %s::text[]) a(command, subject) USING (command, subject)",
    "refused": "SELECT commit_id FROM {refusals} WHERE commit_id = ANY(%s::bytea[])",
    "counts": "SELECT subject, count(*) FROM {commits} WHERE subject = ANY(%s::text[]) GROUP BY subject",
    "insert_events": "INSERT INTO {events} (partition, originator_id, originator_version, topic, state,"
    " notification_id, digest) SELECT %s, a.* FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::bytea[],"
    " %s::bigint[], %s::bytea[]) a",
    "insert_commits": "INSERT INTO {commits} (partition, subject, command, commit_id, ordinal, events,"
    " record_offset, day, fingerprint, answer) SELECT %s, a.* FROM unnest(%s::text[], %s::bytea[],"
    " %s::bytea[], %s::bigint[], %s::int[], %s::bigint[], %s::int[], %s::bytea[], %s::bytea[]) a",
    "insert_refusals": "INSERT INTO {refusals} (partition, commit_id, verdict, record_offset)"
    " SELECT %s, a.* FROM unnest(%s::bytea[], %s::text[], %s::bigint[]) a ON CONFLICT DO NOTHING",
    "insert_settled": "INSERT INTO {settled} (partition, subject, command)"
    " SELECT %s, a.* FROM unnest(%s::text[], %s::bytea[]) a ON CONFLICT DO NOTHING",
    "insert_sealed": "INSERT INTO {sealed} (partition, subject) SELECT %s, unnest(%s::text[])",
    "track": "INSERT INTO {tracking} (application_name, notification_id, partition) VALUES (%s, %s, %s)"
    " ON CONFLICT (application_name) DO UPDATE SET notification_id = excluded.notification_id",
    "move": "UPDATE {positions} SET next_offset = %s, ordinal = %s, epoch = %s, record_digest = %s,"
    " halted = NULL, seen_at = clock_timestamp() WHERE partition = %s",
    "notify": "NOTIFY {events}",
}
