"""A running journal worker with its health, over a log whose partitions can be taken away."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Final, Self

from events.log.journal.worker import JournalWorker
from events.log.port import LogReader, LogRecord, LogUnavailableError, SettingFault
from events.streams import partition_of
from kit.health import Finding, Health
from kit.lifecycle import Stop
from tests.events.log.harness import CLOCK, LogUnderTest, subject

PATIENCE_S: Final = 15.0


class Leaderless:
    """
    A real reader whose partitions in `away` don't answer, as Kafka's without a leader.

    Those in `silent` give no records and no error, as Kafka's client while it looks for a new leader.
    """

    def __init__(self, inner: LogReader, away: set[int], silent: set[int], asked: list[str]) -> None:
        self._inner, self._away, self._silent, self._asked = inner, away, silent, asked

    def identity(self) -> str:
        self._asked.append("identity")
        return self._inner.identity()

    def setting_faults(self) -> Sequence[SettingFault]:
        return self._inner.setting_faults()

    def partitions(self) -> int:
        return self._inner.partitions()

    def read(self, after: Mapping[int, int], *, timeout_s: float) -> Sequence[LogRecord]:
        self._refuse(self._away & after.keys())
        spoken = {partition: offset for partition, offset in after.items() if partition not in self._silent}
        return self._inner.read(spoken, timeout_s=timeout_s)

    def record_at(self, partition: int, offset: int) -> LogRecord | None:
        self._refuse((self._away | self._silent) & {partition})
        return self._inner.record_at(partition, offset)

    def first_offset(self, partition: int) -> int | None:
        self._refuse((self._away | self._silent) & {partition})
        return self._inner.first_offset(partition)

    def close(self) -> None:
        self._inner.close()

    def _refuse(self, partitions: set[int]) -> None:
        if partitions:
            raise LogUnavailableError("no leader")


class Watched:
    """A running worker over a log whose partitions can be taken away."""

    def __init__(self, log: LogUnderTest, *, lease_s: float = 10.0) -> None:
        self.away: set[int] = set()
        self.silent: set[int] = set()
        self.asked: list[str] = []
        self.health = Health(CLOCK)
        self._worker = JournalWorker(
            url=log.url,
            log=log.name,
            open_reader=lambda: Leaderless(log.reader(), self.away, self.silent, self.asked),
            health=self.health,
            lease_s=lease_s,
            worker="watched",
        )

    @contextmanager
    def running(self) -> Iterator[Self]:
        stop = Stop()
        thread = Thread(target=self._worker.run, args=(stop,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            stop.request("seen")
            thread.join(PATIENCE_S)
            assert not thread.is_alive()

    def finding(self) -> Finding | None:
        return self.health.findings().get("journal")

    def reports(self, state: str, words: str) -> bool:
        found = self.finding()
        return found is not None and found.state == state and words in found.sentence


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def one_of(partition: int) -> str:
    while partition_of(one := subject(), 3) != partition:
        pass
    return one
