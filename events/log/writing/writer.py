"""Appends to the log: chains a commit to its heads, sends it, waits for the verdict, settles the unknown."""

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
from events.log.writing.ids import fresh_command, fresh_id
from events.log.writing.lookups import Connect, LogIdentity, Lookups
from events.log.writing.waiting import PendingVerdict, VerdictListener, wait_for
from rules.commands import LogPosition

HEADS_MAX: Final = 200_000
LOOK_UP_S: Final = 0.5
"""How often a waiting append looks its verdict up, in case the notice was lost."""
SETTLE_POLL_S: Final = 0.02
OPEN_TIMEOUT_S: Final = 10.0

Event = tuple[str, int, str, bytes]
"""Stream, version, topic, state."""


class LogWriter:
    """Appends for all threads of one process. Opens the log at its first use."""

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
        Append one commit and return its position. See `LogRecorder.append` for parameters and errors.

        A stream that this process does not know is taken to be new when its first version is 0 or 1. The log
        decides: after a wrong guess the head is read and the commit is sent once more.
        """
        log, listener = self._opened(), self._open_listener()
        subject = subject or log.subject_of([event[0] for event in events])
        partition = log.partition_of(subject)
        command = command or fresh_command()
        track = (tracking.application_name, tracking.notification_id) if tracking else None
        for may_guess in (True, False):
            writes, heads, guessed = self._chain(events, may_guess=may_guess)
            commit = Commit(
                subject, command, fresh_id(), writes, fingerprint, answer, decided_on, last, tracking=track
            )
            pending = listener.expect(commit.commit)
            try:
                notice = self._send(partition, commit, pending)
                if notice.outcome is Outcome.ACCEPTED:
                    self._remember(heads)
                    position = LogPosition(generation=log.name, partition=partition, ordinal=notice.ordinal)
                    return _accepted(commit, position)
            finally:
                # Last of all, since it wakes the next of its record, who needs the interpreter too.
                listener.forget(commit.commit)
            for stream in heads:
                self._heads.pop(stream, None)
            if notice.outcome is Outcome.REPEAT:
                return self._repeated(commit)
            if not (notice.outcome is Outcome.SUPERSEDED and guessed):
                break
        raise self._conflict(commit, notice.outcome)

    def resolve(self, subject: str, command: bytes, *, timeout_s: float | None = None) -> Accepted | Voided:
        """
        Make a command's outcome final: send a marker that voids it, unless the log accepted it before.

        Raises OutcomeUnknownError if the log did not answer in time; calling it again is harmless.
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
        raise OutcomeUnknownError(
            f"the marker that voids the command was not folded in {within_s} s; try again"
        )

    @property
    def lookups(self) -> Lookups:
        """The reads of the journal by key; waits as `wait_for_journal` does."""
        self.wait_for_journal()
        return self._lookups

    def wait_for_journal(self) -> None:
        """Wait at a first start until a journal worker has read the log. Raises NotSentError after a time."""
        self._identity()

    def close(self) -> None:
        """Send the commits that still wait, and close the log."""
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
                    raise NotSentError(
                        f"no journal worker has read the log {self._name} yet; is one running?"
                    )
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

    def _open_listener(self) -> VerdictListener:
        if self._listener is None:
            raise NotSentError("the log is closed")
        return self._listener

    def _send(self, partition: int, commit: Commit, pending: PendingVerdict) -> VerdictNotice:
        self._open_committer().submit(partition, encode_entry(commit), pending.fail)
        notice = wait_for(
            pending,
            timeout_s=self._append_timeout_s,
            poll_s=LOOK_UP_S,
            look_up=lambda: self._look_up(commit),
        )
        if notice is None:
            raise OutcomeUnknownError(
                f"no verdict in {self._append_timeout_s} s: the log may still accept it; use resolve()"
            )
        return notice

    def _look_up(self, commit: Commit) -> VerdictNotice | None:
        try:
            return self._lookups.verdict(commit)
        except PersistenceError:  # the database is away for a moment: the verdict stays unknown
            return None

    def _chain(
        self, events: Sequence[Event], *, may_guess: bool
    ) -> tuple[tuple[Write, ...], dict[str, Head], bool]:
        """
        Return the events with their parents' digests, the new heads, and whether a head was guessed.

        Raises ConflictError where the journal already has another event of that version.
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
        Return the head that a version should follow, and whether its absence is only a guess.

        A cached head is used only where the version follows it: others write the stream, too, and a caller
        who decided on their events must not get a conflict with what this process wrote last.
        """
        known = self._heads.get(stream)
        if known is not None and known.version + 1 == version:
            return known, False
        if known is None and version <= 1 and may_guess:
            return None, True
        return self._lookups.head(stream), False

    def _remember(self, heads: dict[str, Head]) -> None:
        if len(self._heads) > HEADS_MAX:
            self._heads = {}
        self._heads.update(heads)

    def _repeated(self, commit: Commit) -> Accepted:
        try:
            found = self._lookups.find(commit.subject, commit.command)
        except PersistenceError:
            found = None
        if not isinstance(found, Accepted):
            raise OutcomeUnknownError(
                "the command was accepted before, but its position can't be read; try again"
            )
        return msgspec.structs.replace(found, repeated=True)

    def _conflict(self, commit: Commit, outcome: Outcome) -> ConflictError:
        version = None
        if len({write.stream for write in commit.writes}) == 1:
            with suppress(PersistenceError):
                head = self._lookups.head(commit.writes[0].stream)
                version = head.version if head else None
        message = f"the log refused the commit: {outcome.name}"
        return ConflictError(message, outcome=outcome, version=version)


def _accepted(commit: Commit, position: LogPosition) -> Accepted:
    return Accepted(
        subject=commit.subject,
        command=commit.command,
        position=position,
        events=len(commit.writes),
        answer=commit.answer,
        fingerprint=commit.fingerprint,
    )
