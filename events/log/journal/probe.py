"""Looks at partitions and settings on a thread of its own, so that the fold is not delayed."""

from collections.abc import Callable, Iterable
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Final, Self

import structlog

from events.log.acceptance import LogStopError
from events.log.journal.log_identity import check_first_record
from events.log.journal.settings_look import SettingsLook
from events.log.port import LogReader, LogUnavailableError

RETRY_S: Final = 1.0
"""How often an unavailable partition is probed."""
ROUND_TURNS: Final = 10
"""
Every so many probes, all partitions are probed: a fetch from one without leader returns no error, and one
from the end of the log doesn't show that its beginning was deleted.
"""
SETTINGS_TURNS: Final = 60
"""Every so many probes, the log's settings are looked at."""
CLOSE_S: Final = 1.0

_log = structlog.get_logger()


class LogWatch:
    """
    Probes partitions by looking for their first record, and the log's settings, with a reader of its own.

    Kafka's client waits for seconds where a partition has no leader; the fold must not wait for it.
    """

    def __init__(self, open_reader: Callable[[], LogReader], *, settings: SettingsLook) -> None:
        self._open_reader, self._settings = open_reader, settings
        self._lock = Lock()
        self._watched: frozenset[int] = frozenset()
        self._away: dict[int, str] = {}
        self._cut: dict[int, LogStopError] = {}
        self._stop = Event()
        self._thread = Thread(target=self._run, name="log watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(CLOSE_S)

    def watch(self, partitions: Iterable[int]) -> None:
        """Probe these partitions from now on, and no others."""
        with self._lock:
            self._watched = frozenset(partitions)
            self._away = {p: reason for p, reason in self._away.items() if p in self._watched}

    def mark_away(self, partition: int, reason: str) -> None:
        """Record that a partition does not answer; it is probed until it does."""
        with self._lock:
            self._away[partition] = reason

    def away(self) -> dict[int, str]:
        """Return the partitions that don't answer, each with the reason."""
        with self._lock:
            return dict(self._away)

    def take_cut(self) -> dict[int, LogStopError]:
        """Return the partitions whose beginning was found missing since the last call."""
        with self._lock:
            cut, self._cut = self._cut, {}
            return cut

    def _run(self) -> None:
        reader: LogReader | None = None
        turn = 0
        while not self._stop.wait(RETRY_S):
            turn += 1
            with self._lock:
                probed = self._watched if turn % ROUND_TURNS == 0 else frozenset(self._away)
                looked_at = turn % SETTINGS_TURNS == 0 and bool(self._watched)
            for partition in sorted(probed):
                if self._stop.is_set():
                    break
                reader = reader or self._open_reader()
                self._probe(reader, partition)
            if looked_at:
                reader = reader or self._open_reader()
                self._look(reader)
        if reader is not None:
            reader.close()

    def _probe(self, reader: LogReader, partition: int) -> None:
        try:
            check_first_record(reader, partition=partition)
        except LogUnavailableError as error:
            self.mark_away(partition, str(error))
        except LogStopError as error:
            with self._lock:
                self._away.pop(partition, None)
                self._cut[partition] = error
        except Exception as error:  # noqa: BLE001 - whatever it is, probing must go on
            _log.error("watch.failed", partition=partition, kind=type(error).__name__)
        else:
            with self._lock:
                self._away.pop(partition, None)

    def _look(self, reader: LogReader) -> None:
        try:
            self._settings.renew(reader)
        except Exception as error:  # noqa: BLE001 - the next look may succeed
            _log.warning("watch.settings_unread", kind=type(error).__name__)
