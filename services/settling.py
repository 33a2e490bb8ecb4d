"""Finding out how commands ended whose answer got lost, in the background."""

import queue
import threading
from typing import Final, Protocol

import structlog
from eventsourcing.persistence import PersistenceError

from events.log.outcomes import Accepted, OutcomeUnknownError, Settled
from kit import metrics

WAITING_MAX: Final = 1_000
"""Beyond it, a command stays unsettled until its sender asks again."""
RETRY_S: Final = 2.0
_IDLE_S: Final = 0.5

_log = structlog.get_logger(__name__)
_waiting = metrics.gauge("ipp_commands_unsettled", "Commands whose outcome this process is finding out.")


class Resolves(Protocol):
    def resolve(self, subject: str, command: bytes) -> Accepted | Settled: ...


class Settler:
    """Makes unknown outcomes final, one at a time; until then `knows` says that a command is on its way."""

    def __init__(self, recorder: Resolves) -> None:
        self._recorder = recorder
        self._queue: queue.Queue[tuple[str, bytes]] = queue.Queue(WAITING_MAX)
        self._pending: set[bytes] = set()
        self._lock = threading.Lock()

    def take(self, subject: str, command: bytes) -> None:
        """Find out about a command; returns at once."""
        with self._lock:
            if command in self._pending:
                return
            try:
                self._queue.put_nowait((subject, command))
            except queue.Full:
                _log.warning("command.unsettled_left", waiting=WAITING_MAX)
                return
            self._pending.add(command)
            _waiting.set(len(self._pending))

    def knows(self, command: bytes) -> bool:
        with self._lock:
            return command in self._pending

    def run(self, stop: threading.Event) -> None:
        """Settle what comes in until `stop`; what is left then is settled when its sender asks again."""
        while not stop.is_set():
            try:
                subject, command = self._queue.get(timeout=_IDLE_S)
            except queue.Empty:
                continue
            while not self._settled(subject, command) and not stop.wait(RETRY_S):
                pass

    def _settled(self, subject: str, command: bytes) -> bool:
        try:
            outcome = self._recorder.resolve(subject, command)
        except (OutcomeUnknownError, PersistenceError) as error:
            _log.warning("command.still_unsettled", reason=type(error).__name__)
            return False
        with self._lock:
            self._pending.discard(command)
            _waiting.set(len(self._pending))
        _log.info("command.settled", outcome=type(outcome).__name__)
        return True
