"""The journal's fold: applies the acceptance rule to a partition's records and writes the result."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Final

import msgspec
import psycopg
import structlog
from psycopg.abc import PQGen
from psycopg.waiting import WAIT_W

from events.log.acceptance import (
    Head,
    LogStopError,
    Outcome,
    State,
    Taken,
    Verdict,
    judge_frame,
)
from events.log.journal.claims import Claims
from events.log.journal.rows import Batch, Chunk
from events.log.journal.statements import ACCEPT, LOOK_UP, WRITE
from events.log.port import LogRecord
from events.log.record import (
    Commit,
    DamagedRecordError,
    Entry,
    Frame,
    UnknownFormatError,
    Void,
    unframe,
)
from events.log.tables import JournalTables
from kit.postgres.columns import Bytes, Column, Texts

CHUNK_ENTRIES: Final = 2_000
HEADS_MAX: Final = 200_000
"""Heads cached for one partition; when there are more, they are read again from the events table."""

_log = structlog.get_logger()


class FenceError(Exception):
    """Another worker moved this partition's position: drop what is in memory and load it again."""


class Checkpoint(msgspec.Struct, frozen=True):
    """How far a partition was folded; `digest` is that of the record before `next_offset`."""

    next_offset: int
    ordinal: int
    epoch: int
    digest: bytes


class _Judged(msgspec.Struct, frozen=True):
    """A chunk ready to be written: the checkpoint after it, and the columns of the write statement."""

    checkpoint: Checkpoint
    columns: tuple[Column, ...]


def _chunks(frames: Chunk) -> list[Chunk]:
    """Cut frames into chunks of about CHUNK_ENTRIES."""
    chunks: list[Chunk] = [[]]
    entries = 0
    for record, frame in frames:
        if entries >= CHUNK_ENTRIES:
            chunks.append([])
            entries = 0
        chunks[-1].append((record, frame))
        entries += len(frame.entries) if frame else 0
    return chunks


def _entries(chunk: Chunk) -> list[Entry]:
    return [entry for _, frame in chunk if frame for entry in frame.entries]


def _rests_on_counts(chunk: Chunk) -> bool:
    """Return whether a commit has a `decided_on`: all commits before it must be written to be counted."""
    return any(isinstance(entry, Commit) and entry.decided_on is not None for entry in _entries(chunk))


def _checkpoint_after(chunk: Chunk, state: State) -> Checkpoint:
    last = chunk[-1][0]
    return Checkpoint(last.offset + 1, state.ordinal, last.epoch, sha256(last.value).digest())


class Journal:
    """The journal of one partition, folded by the worker that holds its lease."""

    def __init__(self, *, tables: JournalTables, state: State, checkpoint: Checkpoint) -> None:
        self._tables, self._state, self.checkpoint = tables, state, checkpoint
        self._look_up_statement = tables.statement(LOOK_UP)
        self._accept_statement = tables.statement(ACCEPT)
        self._write_statement = tables.statement(WRITE)

    def fold(self, conn: psycopg.Connection, records: Sequence[LogRecord]) -> None:
        """
        Fold consecutive records from `checkpoint.next_offset` on, and move the checkpoint in the same write.

        Raises FenceError (another worker folded it), LogStopError (after it folded the records before the one
        that stops it) and psycopg's errors; after any of them, drop this object and open the partition again.
        """
        frames, stop = self._frames(records)
        if frames:
            chunks = _chunks(frames)
            if len(chunks) > 1 or not self._fold_claims(conn, chunks[0]):
                self._fold(conn, chunks)
            if len(self._state.heads) > HEADS_MAX:
                self._state.heads.clear()
        if stop is not None:
            raise stop

    def _frames(self, records: Sequence[LogRecord]) -> tuple[Chunk, LogStopError | None]:
        frames: Chunk = []
        expected = self.checkpoint.next_offset
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

    def _fold_claims(self, conn: psycopg.Connection, chunk: Chunk) -> bool:
        """
        Fold a chunk in one statement, which accepts all its commits if what they claim of the past is so.

        Returns False, with nothing changed here or in the journal, where it isn't, or where another worker
        moved the position: then the look-up says which.
        """
        claims = Claims.of(self._state, _entries(chunk))
        batch = claims.accepted(chunk) if claims else None
        if claims is None or batch is None:
            return False
        after = _checkpoint_after(chunk, claims.state)
        commits, others = batch.accepted_columns(self._tables)
        parameters = (*commits, *self._moving(after), *claims.columns(), *others)
        moved = conn.execute(self._accept_statement, parameters, prepare=True).fetchone()
        if moved is None or moved[0] != 1:
            return False
        self.checkpoint = after
        self._state.ordinal = after.ordinal
        self._state.heads.update(claims.state.heads)
        return True

    def _fold(self, conn: psycopg.Connection, chunks: Sequence[Chunk]) -> None:
        """
        Fold chunk by chunk; while PostgreSQL writes one, the next is judged.

        The look-up for the next chunk does not see the one being written, but the state has it.
        """
        state = self._state
        state.commands, state.refused = {}, set()
        judged: _Judged | None = None
        for chunk in chunks:
            if judged and _rests_on_counts(chunk):
                self._write(conn, judged)
                judged = None
            self._look_up(conn, _entries(chunk))
            with self._writing(conn, judged):
                judged = self._judge(chunk)
        if judged:
            self._write(conn, judged)

    @contextmanager
    def _writing(self, conn: psycopg.Connection, judged: "_Judged | None") -> Iterator[None]:
        """Let PostgreSQL write a judged chunk while the block runs."""
        if judged is None:
            yield
            return
        with conn.pipeline():
            sent = self._send(conn, judged)
            conn.wait(_sending(conn))  # PostgreSQL only works on what has left this process
            yield
            self._moved(sent, judged)

    def _look_up(self, conn: psycopg.Connection, entries: Sequence[Entry]) -> None:
        """
        Load into the state what the rule may need for these entries.

        One statement, so one snapshot. Its result is still valid if `_write` finds the position unchanged,
        because these tables change only together with it. What is judged and not written yet is in the state.
        """
        state = self._state
        commits = [entry for entry in entries if isinstance(entry, Commit)]
        wanted = [entry for entry in entries if isinstance(entry, Commit | Void) and _is_text(entry.subject)]
        streams = {w.stream for c in commits for w in c.writes if w.stream not in state.heads}
        rows = conn.execute(
            self._look_up_statement,
            (
                Texts([stream for stream in streams if _is_text(stream)]),
                Bytes([entry.command for entry in wanted]),
                Texts([entry.subject for entry in wanted]),
                Bytes([commit.commit for commit in commits]),
                Texts([*{c.subject for c in commits if c.decided_on is not None and _is_text(c.subject)}]),
            ),
            prepare=True,
            binary=True,
        )
        state.counts = {}
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

    def _judge(self, chunk: Chunk) -> _Judged:
        batch = Batch()
        for record, frame in chunk:
            if frame is not None:
                self._judge_record(record, frame, batch)
        return _Judged(_checkpoint_after(chunk, self._state), batch.columns(self._tables))

    def _judge_record(self, record: LogRecord, frame: Frame, batch: Batch) -> None:
        for entry, verdict in judge_frame(self._state, frame):
            match entry:
                case Commit():
                    if verdict.outcome is Outcome.ACCEPTED:
                        batch.accept(record, entry, verdict)
                    elif not verdict.own_repeat:
                        batch.refuse(record, entry, verdict)
                        self._report(record, entry, verdict)
                    batch.notify(frame.writer, entry, verdict)
                case Void() if (entry.subject, entry.command) in self._state.voided:
                    batch.void(entry)
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

    def _write(self, conn: psycopg.Connection, judged: _Judged) -> None:
        self._moved(self._send(conn, judged), judged)

    def _send(self, conn: psycopg.Connection, judged: _Judged) -> psycopg.Cursor:
        """Write a judged chunk and move the position in one statement; if the fence fails, nothing at all."""
        parameters = (*self._moving(judged.checkpoint), *judged.columns)
        return conn.execute(self._write_statement, parameters, prepare=True)

    def _moving(self, after: Checkpoint) -> tuple[object, ...]:
        """Return the parameters that move the position, and those of the fence that all depends on."""
        moved = (after.next_offset, after.ordinal, after.epoch, after.digest)
        return (*moved, self._state.partition, self.checkpoint.next_offset)

    def _moved(self, sent: psycopg.Cursor, judged: _Judged) -> None:
        moved = sent.fetchone()
        if moved is None or moved[0] != 1:
            at = self.checkpoint.next_offset
            raise FenceError(f"partition {self._state.partition} is no longer at offset {at}")
        self.checkpoint = judged.checkpoint


def _sending(conn: psycopg.Connection) -> PQGen[None]:
    while conn.pgconn.flush():
        yield WAIT_W


def _is_text(name: str) -> bool:
    """Return whether a column of type text can hold a name; the rule refuses commits with any other."""
    return "\0" not in name
