"""An inbox's log in memory: the port, with what a test wants to do to it."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from threading import Condition

from events.log.port import LogRecord, SettingFault
from events.log.record import Genesis, encode_entry, frame

GENERATION = bytes(range(16))


class MemoryLog:
    """Records of one partition, shared by all appenders and readers of a test."""

    def __init__(self) -> None:
        self.values = [frame(GENERATION, "", [encode_entry(Genesis(0, 1))])]
        self.epoch = 0
        self.changed = Condition()

    def record(self, offset: int) -> LogRecord:
        return LogRecord(partition=0, offset=offset, epoch=self.epoch, day=0, value=self.values[offset])

    def records(self, start: int) -> list[LogRecord]:
        return [self.record(offset) for offset in range(start, len(self.values))]

    def add(self, value: bytes) -> int:
        with self.changed:
            self.values.append(value)
            self.changed.notify_all()
            return len(self.values) - 1


class MemoryAppender:
    blocks = True

    def __init__(self, log: MemoryLog) -> None:
        self.log = log

    def append(self, partition: int, record: bytes) -> "Future[int]":
        done: Future[int] = Future()
        done.set_result(self.log.add(record))
        return done

    def close(self) -> None:
        pass


class LostAppender(MemoryAppender):
    """Keeps back what is appended, whose acknowledgement is lost, until `arrive`."""

    def __init__(self, log: MemoryLog) -> None:
        super().__init__(log)
        self.kept_back: list[bytes] = []

    def append(self, partition: int, record: bytes) -> "Future[int]":
        self.kept_back.append(record)
        done: Future[int] = Future()
        done.set_exception(TimeoutError("no acknowledgement"))
        return done

    def arrive(self) -> None:
        for record in self.kept_back:
            self.log.add(record)


class MemoryReader:
    def __init__(self, log: MemoryLog) -> None:
        self.log = log

    def identity(self) -> str:
        return "memory"

    def partitions(self) -> int:
        return 1

    def read(self, after: Mapping[int, int], *, timeout_s: float) -> Sequence[LogRecord]:
        with self.log.changed:
            self.log.changed.wait_for(lambda: len(self.log.values) > after[0], timeout_s)
            return self.log.records(after[0])

    def record_at(self, partition: int, offset: int) -> LogRecord | None:
        return self.log.record(offset) if offset < len(self.log.values) else None

    def setting_faults(self) -> Sequence[SettingFault]:
        return ()

    def first_offset(self, partition: int) -> int | None:
        return partition if self.log.values else None

    def close(self) -> None:
        pass
