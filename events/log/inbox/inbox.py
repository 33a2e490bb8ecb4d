"""An open inbox: hands in and closes, each on the verdict of its own reading of the log."""

import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from enum import Enum, auto
from hashlib import sha256
from typing import Final

import structlog

from events.log.acceptance import LogStopError, Outcome
from events.log.inbox.fold import PARTITION, Closed, InboxFold, answer_in, closing_commit
from events.log.outcomes import NotSentError, OutcomeUnknownError
from events.log.port import LogAppender, LogGoneError, LogReader, LogUnavailableError
from events.log.record import Commit, digest_of, encode_entry, frame
from kit.telemetry import traceback_summary

VERDICT_S_MAX: Final = 20.0
"""How long to wait for a verdict: longer than Kafka's client tries to deliver a record (15 s)."""
ATTEMPTS_MAX: Final = 10
"""How often an answer is sent when another one of the same slot comes first each time."""
ATTEMPT_WAIT_S_MAX: Final = 0.05
READ_WAIT_S: Final = 0.25
BACK_OFF_S: Final = 0.5
HALT_RETRY_S: Final = 10.0
UNSETTLED_MAX: Final = 10_000
"""Commands without a verdict that are remembered; any other is not known until it is sent again."""
CLOSE_S_MAX: Final = 10.0
WRITER: Final = ""
"""No record says which process wrote it."""

_log = structlog.get_logger(__name__)


class HandedIn(Enum):
    """
    How handing in ended. KEPT: the log accepted it. OVER: the round was closed before it.

    LIMIT_REACHED: the slot has all its versions, and nothing was sent. UNSETTLED: not known in time.
    """

    KEPT = auto()
    OVER = auto()
    LIMIT_REACHED = auto()
    UNSETTLED = auto()


class Inbox:
    """
    One inbox, read in a thread of its own. Safe from several threads; several processes may use one log.

    Until the log is read to its end once, and while it does not answer, nothing is sent.
    """

    def __init__(
        self,
        *,
        name: str,
        open_reader: Callable[[], LogReader],
        open_appender: Callable[[], LogAppender],
        verdict_s_max: float = VERDICT_S_MAX,
    ) -> None:
        self.name = name
        self._open_reader, self._open_appender = open_reader, open_appender
        self._verdict_s_max = verdict_s_max
        self._changed = threading.Condition()
        self._fold = InboxFold()
        self._pending: dict[bytes, Outcome | None] = {}
        self._unsettled: set[tuple[str, bytes]] = set()
        self._opening = threading.Lock()
        self._appender: LogAppender | None = None
        self._trouble: str | None = "the log is being read"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"inbox {name}", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str | None:
        """Why nothing can be handed in at the moment; None when all is well."""
        return self._trouble

    def wait_until_read(self, timeout_s: float) -> bool:
        """Wait until the log was read to its end; return whether it was."""
        with self._changed:
            return self._changed.wait_for(lambda: self._trouble is None, timeout_s)

    def hand_in(self, round_: str, slot: str, *, command: bytes, sealed: bytes) -> HandedIn:
        """
        Append an answer; wait for its verdict. A repeat of an accepted command is KEPT and adds nothing.

        Raises NotSentError and LogUnavailableError: then this call added nothing.
        """
        deadline = time.monotonic() + self._verdict_s_max
        for attempt in range(ATTEMPTS_MAX):
            if attempt:
                time.sleep(random.uniform(0, ATTEMPT_WAIT_S_MAX * attempt))  # noqa: S311 - spreads retries
            with self._changed:
                self._need_reading()
                if self._fold.was_accepted(round_, command):
                    return HandedIn.KEPT
                if self._fold.is_closed(round_):
                    return HandedIn.OVER
                commit = self._fold.next_commit(
                    round_, slot, command=command, commit=os.urandom(16), sealed=sealed
                )
            if commit is None:
                return HandedIn.LIMIT_REACHED
            match self._sent(commit, deadline):
                case None:
                    return HandedIn.UNSETTLED
                case Outcome.ACCEPTED | Outcome.REPEAT:
                    return HandedIn.KEPT
                case Outcome.SUBJECT_CLOSED:
                    return HandedIn.OVER
                case Outcome.SUPERSEDED | Outcome.GAP:
                    continue
                case other:
                    raise NotSentError(f"the log refused the answer for good: {other.name}")
        raise NotSentError("others handed in for the same slot each time; try again")

    def result_of(self, round_: str, command: bytes) -> HandedIn | None:
        """Return how handing in ended under this command; None if it never arrived here."""
        with self._changed:
            self._need_reading()
            if self._fold.was_accepted(round_, command):
                self._unsettled.discard((round_, command))
                return HandedIn.KEPT
            if self._fold.is_closed(round_):
                return HandedIn.OVER
            return HandedIn.UNSETTLED if (round_, command) in self._unsettled else None

    def close_round(self, round_: str, *, terms: bytes) -> Closed:
        """
        Close a round for good and return how it was closed, which may be by others and by other terms.

        Raises OutcomeUnknownError when the log does not say in time, else as `hand_in`; calling it again is
        harmless.
        """
        deadline = time.monotonic() + self._verdict_s_max
        with self._changed:
            self._need_reading()
            found = self._fold.closed(round_)
        if found is not None:
            return found
        self._sent(closing_commit(round_, commit=os.urandom(16), terms=terms), deadline)
        with self._changed:
            found = self._fold.closed(round_)
        if found is None:
            raise OutcomeUnknownError("the log did not say in time whether the round is closed; try again")
        return found

    def answers_of(self, round_: str, closed: Closed) -> dict[str, bytes]:
        """Read the last answer of each slot of a closed round, by slot. Raises LogUnavailableError."""
        answers: dict[str, bytes] = {}
        reader = self._open_reader()
        try:
            for slot, kept in sorted(closed.kept.items()):
                record = reader.record_at(PARTITION, kept.offset)
                write = answer_in(record, round_, slot) if record is not None else None
                if write is None or kept.digest != digest_of(
                    write.parent, write.stream, write.version, write.topic, write.state
                ):
                    raise LogGoneError(f"the record at {kept.offset} is not the one that was read before")
                answers[slot] = write.state
        finally:
            reader.close()
        return answers

    def forget(self, round_: str) -> None:
        """Drop what is remembered of a closed round, except that it is closed."""
        with self._changed:
            self._fold.forget(round_)
            self._unsettled = {known for known in self._unsettled if known[0] != round_}

    def is_closed(self, round_: str) -> bool:
        """Whether a round was closed in this inbox; also of one that was forgotten."""
        with self._changed:
            self._need_reading()
            return self._fold.is_closed(round_)

    def closed_rounds(self) -> tuple[str, ...]:
        """Return the closed rounds that are not forgotten."""
        with self._changed:
            return self._fold.closed_rounds()

    def close(self) -> None:
        """Stop reading, and close the connections."""
        self._stop.set()
        self._thread.join(CLOSE_S_MAX)
        with self._changed:
            appender, self._appender, self._trouble = self._appender, None, "the inbox is closed"
        if appender is not None:
            appender.close()

    def _need_reading(self) -> None:
        if self._trouble is not None:
            raise LogUnavailableError(self._trouble)

    def _sent(self, commit: Commit, deadline: float) -> Outcome | None:
        """Append a commit as a record of its own, and wait for its verdict; None: not known in time."""
        with self._opening:
            appender = self._appender = self._appender or self._open_appender()
        with self._changed:
            record = frame(self._fold.generation, WRITER, [encode_entry(commit)])
            self._pending[commit.commit] = None
        try:
            appender.append(PARTITION, record).add_done_callback(_report_failure)
            with self._changed:
                self._changed.wait_for(
                    lambda: self._pending[commit.commit] is not None, deadline - time.monotonic()
                )
                verdict = self._pending[commit.commit]
                if verdict is None and len(self._unsettled) < UNSETTLED_MAX:
                    self._unsettled.add((commit.subject, commit.command))
                return verdict
        finally:
            with self._changed:
                del self._pending[commit.commit]

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._read()
            except LogUnavailableError as error:
                self._report(f"the log does not answer: {error}", BACK_OFF_S)
            except (LogGoneError, LogStopError) as error:
                _log.critical("inbox.halted", inbox=self.name, reason=str(error))
                self._report(f"halted: {error}", HALT_RETRY_S)
            except Exception as error:  # noqa: BLE001 - without its thread, an inbox would only seem to work
                _log.error("inbox.failed", inbox=self.name, where=traceback_summary(error))
                self._report(f"reading failed: {type(error).__name__}", HALT_RETRY_S)

    def _report(self, trouble: str, wait_s: float) -> None:
        with self._changed:
            self._trouble = trouble
        self._stop.wait(wait_s)

    def _read(self) -> None:
        """Fold records until the stop. Raises the port's errors, and LogStopError."""
        reader = self._open_reader()
        try:
            if (partitions := reader.partitions()) != 1:
                raise LogStopError(f"an inbox has one partition, this log has {partitions}")
            if halting := [fault.sentence for fault in reader.setting_faults() if fault.halts]:
                raise LogStopError("; ".join(halting))
            self._check_last(reader)
            while not self._stop.is_set():
                records = reader.read({PARTITION: self._fold.next_offset}, timeout_s=READ_WAIT_S)
                if any(record.epoch != self._fold.last_epoch for record in records):
                    self._check_last(reader)
                with self._changed:
                    for record in records:
                        self._resolve(self._fold.fold(record))
                    if not records and self._fold.next_offset:
                        self._trouble = None
                    self._changed.notify_all()
        finally:
            reader.close()

    def _resolve(self, verdicts: dict[bytes, Outcome]) -> None:
        for commit, outcome in verdicts.items():
            if commit in self._pending and self._pending[commit] is None:
                self._pending[commit] = outcome

    def _check_last(self, reader: LogReader) -> None:
        """Raise LogGoneError if the log is no longer the one that was read: cut, restored, or another one."""
        if self._fold.next_offset == 0:
            return
        last = reader.record_at(PARTITION, self._fold.next_offset - 1)
        if last is None or sha256(last.value).digest() != self._fold.last_record:
            raise LogGoneError("the log was cut or replaced after it was read")


def _report_failure(done: "Future[int]") -> None:
    if error := done.exception():
        _log.warning("inbox.append_unknown", kind=type(error).__name__)
