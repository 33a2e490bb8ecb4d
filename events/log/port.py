"""The log as its readers and writers need it: an ordered, append-only sequence of records in partitions."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Final, Protocol

import msgspec

from kit.clock import Clock

_SECONDS_PER_DAY: Final = 86_400


class LogRecord(msgspec.Struct, frozen=True, kw_only=True):
    """
    One record as it was read.

    `epoch` is the leader epoch under which it was appended (0 where the log has none), `day` the only time a
    record carries: whole days since 1970-01-01.
    """

    partition: int
    offset: int
    epoch: int
    day: int
    value: bytes


class LogUnavailableError(Exception):
    """The log does not answer. It may do so again without any action."""


class LogDamagedError(LogUnavailableError):
    """The log answers with bytes that fail its own checksum."""

    def __init__(self, partition: int, offset: int) -> None:
        super().__init__(f"partition {partition}: what the log holds at offset {offset} fails its checksum")
        self.partition, self.offset = partition, offset


class LogGoneError(Exception):
    """A record or the log itself is gone: the log begins later, ends earlier, or is another one."""


class LogSettingsError(Exception):
    """The log was made by somebody else, with settings under which it can't be used; nothing was changed."""


class SettingFault(msgspec.Struct, frozen=True, kw_only=True):
    """A setting of the log that is not as it must be, in one sentence; `halts` if the log can't be used."""

    sentence: str
    halts: bool


class LogAppender(Protocol):
    """Appends records. Safe to call from several threads."""

    @property
    def blocks(self) -> bool:
        """Whether `append` may wait for the log; then only a thread that may wait should call it."""

    def append(self, partition: int, record: bytes) -> "Future[int]":
        """
        Append a record and return the future of its offset.

        NotSentError, raised here or by the future, proves that nothing was sent. Any other error proves
        nothing: the record may still arrive, and may arrive more than once.
        """

    def close(self) -> None:
        """Send what is waiting, for a bounded time, and close the connection."""


class LogReader(Protocol):
    """Reads records in order. Used by one thread."""

    def identity(self) -> str:
        """Return what identifies this log for as long as it exists, e.g. Kafka's topic id."""

    def partitions(self) -> int:
        """Return the log's current number of partitions. Raises LogGoneError when there is no log."""

    def setting_faults(self) -> Sequence[SettingFault]:
        """Return the settings that are not as they must be. Raises LogGoneError and LogUnavailableError."""

    def read(self, after: Mapping[int, int], *, timeout_s: float) -> Sequence[LogRecord]:
        """
        Return the next records from these offsets (partition → next offset), in order within each partition.

        Blocks up to `timeout_s` when there are none. May return records of any of the partitions, never of
        others. Raises LogUnavailableError, or LogGoneError when an offset lies outside the log.
        """

    def record_at(self, partition: int, offset: int) -> LogRecord | None:
        """Return one record, or None where the log has none at that offset. Raises LogUnavailableError."""

    def first_offset(self, partition: int) -> int | None:
        """Return the offset of the first record that is left, or None. Raises LogUnavailableError."""

    def close(self) -> None:
        """Close the connection."""


def day_of(clock: Clock) -> int:
    """Return today as whole days since 1970-01-01: the only time that is on the log in clear."""
    return int(clock.now().timestamp()) // _SECONDS_PER_DAY
