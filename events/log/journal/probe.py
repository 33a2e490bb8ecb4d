"""Which partitions of the log don't answer now, asked aside so that those that answer don't wait for them."""

from collections.abc import Callable, Iterable
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Final, Self

import structlog

from events.log.port import LogReader, LogUnavailableError

RETRY_S: Final = 1.0
"""How often a partition that does not answer is asked again."""
ROUND_TURNS: Final = 10
"""Every so many turns all of them are asked: a fetch from a partition without leader is silent."""
CLOSE_S: Final = 1.0

_log = structlog.get_logger()


class LogWatch:
    """
    Asks each partition for its first record, from a thread and with a reader of its own.

    Kafka's client waits seconds for a partition that has no leader; the fold must not.
    """

    def __init__(self, open_reader: Callable[[], LogReader]) -> None:
        self._open_reader = open_reader
        self._lock = Lock()
        self._watched: frozenset[int] = frozenset()
        self._away: dict[int, str] = {}
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
        """Watch these from now on, and forget what was known of others."""
        with self._lock:
            self._watched = frozenset(partitions)
            self._away = {p: reason for p, reason in self._away.items() if p in self._watched}

    def say_away(self, partition: int, reason: str) -> None:
        """Note that a partition did not answer; it is asked until it does."""
        with self._lock:
            self._away[partition] = reason

    def away(self) -> dict[int, str]:
        """Return the partitions that don't answer, each with the reason."""
        with self._lock:
            return dict(self._away)

    def _run(self) -> None:
        reader: LogReader | None = None
        turn = 0
        while not self._stop.wait(RETRY_S):
            turn += 1
            with self._lock:
                asked = self._watched if turn % ROUND_TURNS == 0 else frozenset(self._away)
            for partition in sorted(asked):
                if self._stop.is_set():
                    break
                reader = reader or self._open_reader()
                self._ask(reader, partition)
        if reader is not None:
            reader.close()

    def _ask(self, reader: LogReader, partition: int) -> None:
        try:
            reader.record_at(partition, 0)
        except LogUnavailableError as error:
            self.say_away(partition, str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, the watch must live
            _log.error("watch.failed", partition=partition, kind=type(error).__name__)
        else:
            with self._lock:
                self._away.pop(partition, None)
