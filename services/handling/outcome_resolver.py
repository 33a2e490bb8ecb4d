"""Finds out in the background how commands ended whose verdict did not arrive in time."""

import heapq
import itertools
import threading
import time
from typing import Final, Protocol

import msgspec
import structlog

from events.log.outcomes import Accepted, OutcomeUnknownError, Voided
from kit import metrics
from kit.telemetry import traceback_summary

WAITING_MAX: Final = 1_000
"""How many commands are resolved at a time. Any other stays unsettled until it is sent again."""
LOOK_S_MIN: Final = 0.5
LOOK_S_MAX: Final = 30.0
"""The wait between two looks for a command: it doubles from the first value to the second."""
MARK_S_MIN: Final = 60.0
MARK_S_MAX: Final = 1_920.0
"""The wait between two markers, likewise. A marker stays on the log, and the first nearly always arrives."""
MARK_WAIT_S: Final = 0.2
"""How long to wait for a marker's verdict. It is short: all other commands wait meanwhile."""
_IDLE_S: Final = 0.5

_log = structlog.get_logger(__name__)
_waiting = metrics.gauge("ipp_commands_unsettled", "Commands whose outcome this process is finding out.")


class Resolves(Protocol):
    def find(self, subject: str, command: bytes) -> Accepted | Voided | None: ...
    def resolve(
        self, subject: str, command: bytes, *, timeout_s: float | None = None
    ) -> Accepted | Voided: ...


class _Unsettled(msgspec.Struct, frozen=True, kw_only=True):
    """A command without a known outcome: its tries and markers so far, and when the next marker is due."""

    subject: str
    command: bytes
    tries: int = 0
    markers: int = 0
    mark_at: float = 0.0


class OutcomeResolver:
    """
    Makes unknown outcomes final: it looks for a command on the log, and sends a marker to void it if need be.

    Its list is not stored: after a restart, a command is resolved when its sender sends it again.
    """

    def __init__(self, recorder: Resolves) -> None:
        self._recorder = recorder
        self._due: list[tuple[float, int, _Unsettled]] = []
        self._number = itertools.count()
        self._pending: set[bytes] = set()
        self._changed = threading.Condition()

    def resolve_later(self, subject: str, command: bytes) -> None:
        """Find out in the background how a command ended."""
        with self._changed:
            if command in self._pending:
                return
            if len(self._pending) >= WAITING_MAX:
                _log.warning("command.unsettled_left", waiting=WAITING_MAX)
                return
            self._pending.add(command)
            _waiting.set(len(self._pending))
        self._put(_Unsettled(subject=subject, command=command), after_s=0)

    def is_resolving(self, command: bytes) -> bool:
        """Whether the outcome of this command is still being found out."""
        with self._changed:
            return command in self._pending

    def run(self, stop: threading.Event) -> None:
        """Resolve commands in turn until `stop`. One that can't be resolved does not delay the others."""
        while not stop.is_set():
            unsettled = self._next()
            if unsettled is not None and (left := self._try(unsettled)) is not None:
                self._put(left, after_s=_doubled(LOOK_S_MIN, left.tries, LOOK_S_MAX))

    def _next(self) -> _Unsettled | None:
        """Return a command that is due; None after a short wait without one."""
        with self._changed:
            left_s = self._due[0][0] - time.monotonic() if self._due else _IDLE_S
            if left_s > 0:
                self._changed.wait(min(left_s, _IDLE_S))
                return None
            return heapq.heappop(self._due)[2]

    def _put(self, unsettled: _Unsettled, *, after_s: float) -> None:
        with self._changed:
            heapq.heappush(self._due, (time.monotonic() + after_s, next(self._number), unsettled))
            self._changed.notify()

    def _try(self, unsettled: _Unsettled) -> _Unsettled | None:
        """Try once. Return the command with this try counted; None if its outcome is known now."""
        outcome: Accepted | Voided | None = None
        left = msgspec.structs.replace(unsettled, tries=unsettled.tries + 1)
        try:
            if time.monotonic() < unsettled.mark_at:
                outcome = self._recorder.find(unsettled.subject, unsettled.command)
            else:
                outcome = self._recorder.resolve(unsettled.subject, unsettled.command, timeout_s=MARK_WAIT_S)
        except OutcomeUnknownError:
            again_s = _doubled(MARK_S_MIN, unsettled.markers, MARK_S_MAX)
            left = msgspec.structs.replace(
                left, markers=unsettled.markers + 1, mark_at=time.monotonic() + again_s
            )
        except Exception as error:  # noqa: BLE001 - an error with one command must not stop the others
            _log.warning(
                "command.still_unsettled", reason=type(error).__name__, where=traceback_summary(error)
            )
        if outcome is None:
            return left
        with self._changed:
            self._pending.discard(unsettled.command)
            _waiting.set(len(self._pending))
        _log.info("command.settled", outcome=type(outcome).__name__)
        return None


def _doubled(least: float, times: int, most: float) -> float:
    return float(min(most, least * 2 ** min(times, 30)))  # a larger power would overflow
