"""The journal's fold: the acceptance rule applied to a partition's records, its outcome written at once."""

from collections import defaultdict
from collections.abc import Sequence
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
from events.log.reading import journal_channel
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
from kit.columns import Bytes, Column, Ints, Texts

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
    tracking: list[tuple[str, int]]
    told: defaultdict[str, list[verdicts.Told]]


def prepare_session(conn: psycopg.Connection) -> None:
    """Set a connection up for folding: no wait for the disk, and the two statements are planned once."""
    # After a crash of PostgreSQL the fold runs again.
    conn.execute("SET synchronous_commit = off")
    conn.execute("SET plan_cache_mode = force_generic_plan")
    # Planned while the tables are empty, every look-up would be a scan of a whole table for ever.
    conn.execute("SET enable_seqscan = off")


class Journal:
    """One partition's journal, in the hands of the worker that holds its lease."""

    def __init__(self, *, log: str, state: State, place: Place) -> None:
        self._log, self._state, self.place = log, state, place
        own = names(log)
        # As bytes: psycopg remembers how it parsed those, and not a composed statement.
        self._sql = {name: sql.SQL(text).format(**own).as_bytes() for name, text in _STATEMENTS.items()}

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
        """Two statements: what the rule needs to know, and all that follows from it behind the fence."""
        state = self._state
        self._look_up(conn, [entry for _, frame in frames if frame for entry in frame.entries])
        batch = _Batch([], [], [], [], [], [], defaultdict(list))
        for record, frame in frames:
            if frame is not None:
                self._judge(record, frame, batch)
        last = frames[-1][0]
        place = Place(last.offset + 1, state.ordinal, last.epoch, sha256(last.value).digest())
        self._write(conn, batch, place)
        self.place = place
        if len(state.heads) > HEADS_MAX:
            state.heads.clear()

    def _look_up(self, conn: psycopg.Connection, entries: Sequence[Entry]) -> None:
        """
        Bring what the rule may need of these entries into the state.

        One statement, so one snapshot. What it shows still holds when `_write` finds the position where it
        was: these tables change only together with it.
        """
        state = self._state
        commits = [entry for entry in entries if isinstance(entry, Commit)]
        asked = [entry for entry in entries if isinstance(entry, Commit | Settle) and _is_text(entry.subject)]
        streams = {w.stream for c in commits for w in c.writes if w.stream not in state.heads}
        rows = conn.execute(
            self._sql["look_up"],
            (
                Texts([stream for stream in streams if _is_text(stream)]),
                Bytes([entry.command for entry in asked]),
                Texts([entry.subject for entry in asked]),
                Bytes([commit.commit for commit in commits]),
                Texts([*{c.subject for c in commits if c.decided_on is not None and _is_text(c.subject)}]),
            ),
            prepare=True,
            binary=True,
        )
        state.commands, state.refused, state.counts = {}, set(), {}
        for kind, name, key, commit_id, number, events in rows:
            match kind:
                case "head":
                    state.heads[name] = Head(number, key)
                case "taken":
                    state.commands[name, key] = Taken(commit_id, number, events)
                case "refused":
                    state.refused.add(commit_id)
                case _:
                    state.counts[name] = number

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
        """Write a batch and move the position in one statement; it writes nothing when the fence is shut."""
        told = [
            (channel, payload)
            for writer, verdicts_of in batch.told.items()
            if (channel := verdicts.channel_of(self._log, writer))
            for payload in verdicts.payloads(verdicts_of)
        ]
        if batch.events:
            told.append((journal_channel(self._log), ""))
        moved = conn.execute(
            self._sql["write"],
            (
                *(place.next_offset, place.ordinal, place.epoch, place.digest),
                *(self._state.partition, self.place.next_offset),
                *_columns(batch.events, Texts, Ints, Texts, Bytes, Ints, Bytes),
                *_columns(batch.commits, Texts, Bytes, Bytes, Ints, Ints, Ints, Ints, Bytes, Bytes),
                *_columns(batch.refusals, Bytes, Texts, Ints),
                *_columns(batch.settled, Texts, Bytes),
                Texts(batch.sealed),
                *_columns(batch.tracking, Texts, Ints),
                *_columns(told, Texts, Texts),
            ),
            prepare=True,
        ).fetchone()
        if moved is None or moved[0] != 1:
            raise FenceError(f"partition {self._state.partition} is no longer at {self.place.next_offset}")


def _is_text(name: str) -> bool:
    """Tell whether PostgreSQL's text can hold a name; the rule refuses commits with any other."""
    return "\0" not in name


def _columns(rows: Sequence[tuple[Any, ...]], *kinds: type[Column]) -> list[Column]:
    columns = zip(*rows, strict=True) if rows else ((),) * len(kinds)
    return [kind(column) for kind, column in zip(kinds, columns, strict=True)]


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
        batch.tracking.append(commit.tracking)
    if commit.last:
        batch.sealed.append(commit.subject)


# %b: arrays travel in binary; as text each element would be escaped here and parsed there.
_STATEMENTS: Final = {
    "look_up": """
SELECT 'head', s.stream, e.digest, NULL::bytea, e.originator_version, 0
  FROM unnest(%b::text[]) s(stream) CROSS JOIN LATERAL (
    SELECT originator_version, digest FROM {events} WHERE originator_id = s.stream
    ORDER BY originator_version DESC LIMIT 1) e
UNION ALL
SELECT 'taken', c.subject, c.command, c.commit_id, c.ordinal, c.events
  FROM unnest(%b::bytea[], %b::text[]) a(command, subject) CROSS JOIN LATERAL (
    SELECT * FROM {commits} WHERE command = a.command AND subject = a.subject LIMIT 1) c
UNION ALL
SELECT 'refused', NULL, NULL, r.commit_id, 0, 0
  FROM unnest(%b::bytea[]) a(commit_id) CROSS JOIN LATERAL (
    SELECT commit_id FROM {refusals} WHERE commit_id = a.commit_id LIMIT 1) r
UNION ALL
SELECT 'count', c.subject, NULL, NULL, c.number, 0
  FROM unnest(%b::text[]) a(subject) CROSS JOIN LATERAL (
    SELECT subject, count(*) AS number FROM {commits} WHERE subject = a.subject GROUP BY subject) c
""",
    # Every insert depends on `moved`: another worker's position, and the statement does nothing at all.
    "write": """
WITH moved AS (
  UPDATE {positions} SET next_offset = %s, ordinal = %s, epoch = %s, record_digest = %s, halted = NULL,
    seen_at = clock_timestamp() WHERE partition = %s AND next_offset = %s RETURNING partition
), written AS (
  INSERT INTO {events} (partition, originator_id, originator_version, topic, state, notification_id, digest)
  SELECT partition, a.* FROM moved, unnest(%b::text[], %b::bigint[], %b::text[], %b::bytea[], %b::bigint[],
    %b::bytea[]) a
), committed AS (
  INSERT INTO {commits} (partition, subject, command, commit_id, ordinal, events, record_offset, day,
    fingerprint, answer)
  SELECT partition, a.* FROM moved, unnest(%b::text[], %b::bytea[], %b::bytea[], %b::bigint[], %b::bigint[],
    %b::bigint[], %b::bigint[], %b::bytea[], %b::bytea[]) a
), refused AS (
  INSERT INTO {refusals} (partition, commit_id, verdict, record_offset)
  SELECT partition, a.* FROM moved, unnest(%b::bytea[], %b::text[], %b::bigint[]) a ON CONFLICT DO NOTHING
), settled AS (
  INSERT INTO {settled} (partition, subject, command)
  SELECT partition, a.* FROM moved, unnest(%b::text[], %b::bytea[]) a ON CONFLICT DO NOTHING
), sealed AS (
  INSERT INTO {sealed} (partition, subject) SELECT partition, unnest(%b::text[]) FROM moved
), tracked AS (
  INSERT INTO {tracking} (partition, application_name, notification_id)
  SELECT partition, name, max(position) FROM moved, unnest(%b::text[], %b::bigint[]) a(name, position)
  GROUP BY partition, name
  ON CONFLICT (application_name) DO UPDATE SET notification_id = excluded.notification_id
), told AS (
  SELECT count(pg_notify(channel, payload)) AS n
  FROM moved, unnest(%b::text[], %b::text[]) a(channel, payload)
)
SELECT count(*), (SELECT n FROM told) FROM moved
""",
}
