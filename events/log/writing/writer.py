"""Appending to the log: chains the commit to its heads, sends it, awaits the verdict, settles the unknown."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Lock
from typing import Final

import msgspec
from eventsourcing.persistence import PersistenceError, Tracking

from events.log.acceptance import Head, Outcome
from events.log.outcomes import Accepted, ConflictError, NotSentError, OutcomeUnknownError, Voided
from events.log.port import LogAppender
from events.log.record import ZERO_PARENT, Commit, Void, Write, digest_of, encode_entry
from events.log.verdicts import VerdictNotice
from events.log.writing.group_commit import GroupCommitter
from events.log.writing.ids import fresh_id
from events.log.writing.lookups import Connect, LogIdentity, Lookups
from events.log.writing.waiting import VerdictListener, wait_for
from rules.commands import LogPosition

HEADS_MAX: Final = 200_000
LOOK_UP_S: Final = 0.5
"""How often a waiting append looks for a verdict whose message was lost."""
SETTLE_POLL_S: Final = 0.02
OPEN_TIMEOUT_S: Final = 10.0

Event = tuple[str, int, str, bytes]
"""Stream, version, topic, state."""


class LogWriter:
    """The writing half of a log for one process; safe to use from many threads. Opens at first use."""

    def __init__(
        self,
        *,
        log: str,
        url: str,
        connect: Connect,
        open_appender: Callable[[], LogAppender],
        append_timeout_s: float,
    ) -> None:
        self._name, self._url, self._open_appender = log, url, open_appender
        self._append_timeout_s = append_timeout_s
        self._opening = Lock()
        self._committer: GroupCommitter | None = None
        self._listener: VerdictListener | None = None
        self._known: LogIdentity | None = None
        self._log: LogIdentity | None = None
        self._heads: dict[str, Head] = {}
        self._lookups = Lookups(connect, log=log)

    def append(
        self,
        events: Sequence[Event],
        *,
        subject: str | None = None,
        command: bytes | None = None,
        fingerprint: bytes = b"",
        answer: bytes = b"",
        decided_on: int | None = None,
        last: bool = False,
        tracking: Tracking | None = None,
    ) -> Accepted:
        """
        Append one commit and return where it stands. See `LogRecorder.append` for meaning and errors.

        A stream this process has not seen is taken to be new when its first version is 0 or 1: the log
        decides, and after a wrong guess the head is read once and the commit sent again.
        """
        log = self._opened()
        subject = subject or log.subject_of(event[0] for event in events)
        command = command or fresh_id() + fresh_id()
        track = (tracking.application_name, tracking.notification_id) if tracking else None
        for may_guess in (True, False):
            writes, heads, guessed = self._chain(events, may_guess=may_guess)
            commit = Commit(
                subject, command, fresh_id(), writes, fingerprint, answer, decided_on, last, tracking=track
            )
            notice = self._send(log, commit)
            if notice.outcome is Outcome.ACCEPTED:
                return self._accepted(log, commit, heads, notice)
            for stream in heads:
                self._heads.pop(stream, None)
            if notice.outcome is Outcome.REPEAT:
                return self._repeated(commit)
            if not (notice.outcome is Outcome.SUPERSEDED and guessed):
                break
        raise self._conflict(commit, notice.outcome)

    def resolve(self, subject: str, command: bytes, *, timeout_s: float | None = None) -> Accepted | Voided:
        """
        Make a command's outcome final: found, or settled by a marker on the log; the first of both wins.

        Raises OutcomeUnknownError when the log did not answer in time; asking again is harmless.
        """
        log = self._opened()
        within_s = self._append_timeout_s if timeout_s is None else timeout_s
        deadline = time.monotonic() + within_s
        if (found := self._lookups.find(subject, command)) is not None:
            return found
        unsent: list[NotSentError] = []
        partition = log.partition_of(subject)
        self._open_committer().submit(partition, encode_entry(Void(subject, command)), unsent.append)
        while time.monotonic() < deadline:
            if (found := self._lookups.find(subject, command)) is not None:
                return found
            if unsent:
                raise unsent[0]
            time.sleep(SETTLE_POLL_S)
        raise OutcomeUnknownError(f"the marker that settles the command was not folded in {within_s} s")

    @property
    def lookups(self) -> Lookups:
        """The key reads of the journal; waits as `wait_for_journal` does."""
        self.wait_for_journal()
        return self._lookups

    def wait_for_journal(self) -> None:
        """Wait at a first start until a journal worker has met the log. Raises NotSentError after a time."""
        self._identity()

    def close(self) -> None:
        """Send what waits and let go."""
        with self._opening:
            if self._committer is not None:
                self._committer.close()
            if self._listener is not None:
                self._listener.close()
            self._committer = self._listener = self._log = None

    def _opened(self) -> LogIdentity:
        if (log := self._log) is not None:
            return log
        with self._opening:
            if self._log is None:
                self._open()
            return self._log  # type: ignore[return-value]  # _open sets it or raises

    def _identity(self) -> LogIdentity:
        deadline = time.monotonic() + OPEN_TIMEOUT_S
        while self._known is None:
            self._known = self._lookups.log()
            if self._known is None:
                if time.monotonic() > deadline:
                    raise NotSentError(f"no journal worker has met the log {self._name} yet")
                time.sleep(SETTLE_POLL_S)
        return self._known

    def _open(self) -> None:
        log = self._identity()
        writer = os.urandom(8).hex()
        listener = VerdictListener(self._url, log=self._name, writer=writer)
        if not listener.ready(OPEN_TIMEOUT_S):
            listener.close()
            raise NotSentError("the journal's database does not answer")
        try:
            self._committer = GroupCommitter(self._open_appender(), generation=log.generation, writer=writer)
        except BaseException:
            listener.close()
            raise
        self._listener, self._log = listener, log

    def _open_committer(self) -> GroupCommitter:
        if self._committer is None:
            raise NotSentError("the log is closed")
        return self._committer

    def _send(self, log: LogIdentity, commit: Commit) -> VerdictNotice:
        listener, committer = self._listener, self._open_committer()
        if listener is None:
            raise NotSentError("the log is closed")
        pending = listener.expect(commit.commit)
        try:
            committer.submit(log.partition_of(commit.subject), encode_entry(commit), pending.fail)
            notice = wait_for(
                pending,
                timeout_s=self._append_timeout_s,
                poll_s=LOOK_UP_S,
                look_up=lambda: self._look_up(commit),
            )
        finally:
            listener.forget(commit.commit)
        if notice is None:
            raise OutcomeUnknownError(
                f"no verdict in {self._append_timeout_s} s: the log may still take it; resolve() settles it"
            )
        return notice

    def _look_up(self, commit: Commit) -> VerdictNotice | None:
        try:
            return self._lookups.verdict(commit)
        except PersistenceError:  # the database is away for a moment: nothing is known, which is no failure
            return None

    def _chain(
        self, events: Sequence[Event], *, may_guess: bool
    ) -> tuple[tuple[Write, ...], dict[str, Head], bool]:
        """
        Give each event its parent's digest; with the heads that follow, and whether one was guessed.

        Raises ConflictError where the journal shows a place taken.
        """
        heads: dict[str, Head] = {}
        writes: list[Write] = []
        guessed = False
        for stream, version, topic, state in events:
            head = heads.get(stream)
            if head is None:
                head, guess = self._head(stream, version, may_guess=may_guess)
                guessed = guessed or guess
            before = head.version if head else (version - 1 if version <= 1 else 0)
            if version != before + 1:
                raise ConflictError(
                    f"version {version} of {stream} can't follow version {before}",
                    outcome=Outcome.GAP if version > before else Outcome.SUPERSEDED,
                    version=before,
                )
            parent = head.digest if head else ZERO_PARENT
            writes.append(Write(stream, version, parent, topic, state))
            heads[stream] = Head(version, digest_of(parent, stream, version, topic, state))
        return tuple(writes), heads, guessed

    def _head(self, stream: str, version: int, *, may_guess: bool) -> tuple[Head | None, bool]:
        """
        Return the head that a version should follow, and whether it is only guessed that there is none.

        What this process remembers serves only where the version follows it: others write the stream too, and
        a caller who built on their events must not be held to what we last wrote ourselves.
        """
        known = self._heads.get(stream)
        if known is not None and known.version + 1 == version:
            return known, False
        if known is None and version <= 1 and may_guess:
            return None, True
        return self._lookups.head(stream), False

    def _accepted(
        self, log: LogIdentity, commit: Commit, heads: dict[str, Head], notice: VerdictNotice
    ) -> Accepted:
        if len(self._heads) > HEADS_MAX:
            self._heads = {}
        self._heads.update(heads)
        partition = log.partition_of(commit.subject)
        position = LogPosition(generation=log.name, partition=partition, ordinal=notice.ordinal)
        return Accepted(
            subject=commit.subject,
            command=commit.command,
            position=position,
            events=len(commit.writes),
            answer=commit.answer,
            fingerprint=commit.fingerprint,
        )

    def _repeated(self, commit: Commit) -> Accepted:
        try:
            found = self._lookups.find(commit.subject, commit.command)
        except PersistenceError:
            found = None
        if not isinstance(found, Accepted):
            raise OutcomeUnknownError("the command was accepted before; where can't be read at the moment")
        return msgspec.structs.replace(found, repeated=True)

    def _conflict(self, commit: Commit, outcome: Outcome) -> ConflictError:
        version = None
        if len({write.stream for write in commit.writes}) == 1:
            with suppress(PersistenceError):
                head = self._lookups.head(commit.writes[0].stream)
                version = head.version if head else None
        message = f"the log refused the commit: {outcome.value}"
        return ConflictError(message, outcome=outcome, version=version)
