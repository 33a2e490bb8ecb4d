"""Reads streams from the log's own bytes for auditors, with connections of its own."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any, Final

import msgspec
import psycopg

from events.log.acceptance import LogCutError, LogStopError
from events.log.assembly import connect_journal, open_reader
from events.log.config import LogConfig
from events.log.faults import Fault, FaultKind, Place
from events.log.journal.checks import LastCheck, ViewCheck, last_checks, last_view_checks
from events.log.journal.heads import StreamHead, head_of, heads_of
from events.log.journal.reader import JournalReader
from events.log.port import LogGoneError, LogUnavailableError
from events.log.proof.bundle import make_bundle
from events.log.proof.commits import RULE_VERSION, CommitOnLog, read_commits
from events.log.proof.covering import Covering, covering
from events.log.proof.notes import NoteSigner
from events.streams import Stream, partition_of
from kit.postgres.connections import describe_error

__all__ = ["RULE_VERSION", "AuditedLog", "StreamOnLog"]

READERS_MAX: Final = 2
"""Streams that are read from the log at once; further auditors wait."""
WAIT_S_MAX: Final = 8.0


class StreamOnLog(msgspec.Struct, frozen=True, kw_only=True):
    """All commits that name a stream; `stopped` says why the log could not be read at all."""

    commits: tuple[CommitOnLog, ...] = ()
    stopped: Fault | None = None


class AuditedLog:
    """Safe from several threads. Its methods block, and raise LogUnavailableError."""

    def __init__(self, config: LogConfig) -> None:
        self._config = config
        self._turns = threading.BoundedSemaphore(READERS_MAX)

    def partition_of(self, stream: Stream) -> int:
        """Return the partition that holds a stream."""
        return partition_of(stream.subject, self._config.partitions)

    def read(self, stream: Stream) -> StreamOnLog:
        """Read every commit that names the stream, and check each against the journal and the chain."""
        with self._turn(), self._connection() as conn, closing(open_reader(self._config)) as reader:
            try:
                found = read_commits(conn, reader, log=self._config.name, stream=stream.name)
                return StreamOnLog(commits=tuple(found))
            except (LogStopError, LogGoneError) as error:
                return StreamOnLog(stopped=self._stopped(stream, error))

    def heads(self, category: str) -> list[StreamHead]:
        """Return the streams of a category, as the journal has them."""
        with self._turn(), self._connection() as conn:
            return heads_of(conn, log=self._config.name, category=category)

    def head(self, stream: Stream) -> StreamHead | None:
        """Return one stream as the journal has it; None if it has no events."""
        with self._turn(), self._connection() as conn:
            return head_of(conn, log=self._config.name, stream=stream.name)

    def last_check(self, partition: int) -> LastCheck | None:
        """Return when `verify` last checked a partition; None where that is not on record or not readable."""
        with self._turn(), self._connection() as conn:
            try:
                checks = last_checks(conn, log=self._config.name)
            except psycopg.errors.InsufficientPrivilege:
                return None
            return next((one for one in checks if one.partition == partition), None)

    def view_checks(self, stream: Stream) -> list[ViewCheck]:
        """
        Return the last comparison of each view that folds streams of this kind, with this log's journal.

        None where they are not on record or not readable.
        """
        log = self._config.name
        with self._turn(), self._connection() as conn:
            try:
                found = last_view_checks(conn, log=log)
            except psycopg.errors.InsufficientPrivilege:
                return []
            generation = JournalReader(log).generation(conn)
            return [
                one for one in found if one.generation == generation and stream.category in one.categories
            ]

    def covering(self, stream: Stream, note: str) -> Covering:
        """
        Return what a signed checkpoint says about a stream.

        Raises NoteError and CheckpointError for the note.
        """
        partition = self.partition_of(stream)
        with self._turn(), self._connection() as conn:
            return covering(conn, log=self._config.name, stream=stream.name, partition=partition, note=note)

    def bundle(
        self, stream: Stream, *, signer: NoteSigner, at: datetime, checkpoint: str | None = None
    ) -> bytes:
        """Return the signed evidence of a stream. Raises BundleError, and as `read`."""
        with self._turn(), self._connection() as conn, closing(open_reader(self._config)) as reader:
            return make_bundle(
                conn,
                reader,
                log=self._config.name,
                stream=stream.name,
                signer=signer,
                at=at,
                checkpoint=checkpoint,
            )

    def _stopped(self, stream: Stream, error: Exception) -> Fault:
        cut = isinstance(error, LogCutError)
        place = Place(generation="", partition=self.partition_of(stream), offset=0)
        return Fault(
            kind=FaultKind.LOG_CUT if cut else FaultKind.LOG_RESTORED,
            place=place,
            nl=f"Dit is niet het logboek dat eerder is gelezen: {error}",
            en=f"This is not the log that was read before: {error}",
        )

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=WAIT_S_MAX):
            raise LogUnavailableError("too many streams are being read from the log at once")
        try:
            yield
        finally:
            self._turns.release()

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            with connect_journal(self._config) as conn:
                yield conn
        except psycopg.Error as error:
            raise LogUnavailableError(f"the journal does not answer: {describe_error(error)}") from error
