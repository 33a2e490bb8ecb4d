"""Reads single records of a partition by their offsets; what came along is kept for the next ones."""

import time
from typing import Final

from events.log.acceptance import LogCutError
from events.log.port import LogReader, LogRecord

READ_TIMEOUT_S: Final = 5.0
TURN_S: Final = 0.5


class RecordsByPlace:
    """Gives records at rising offsets; a read brings a block, of which those asked for are kept."""

    def __init__(self, reader: LogReader, *, partition: int) -> None:
        self._reader, self._partition = reader, partition
        self._block: dict[int, LogRecord] = {}

    def at(self, offset: int) -> LogRecord:
        """
        Return the record at this offset.

        Raises LogCutError where the log has none, LogUnavailableError, LogDamagedError and LogGoneError.
        """
        if offset not in self._block:
            self._block = {record.offset: record for record in self._read(offset)}
        if offset not in self._block:
            raise LogCutError(f"partition {self._partition} has no record at offset {offset} any more")
        return self._block[offset]

    def _read(self, offset: int) -> list[LogRecord]:
        deadline = time.monotonic() + READ_TIMEOUT_S
        while True:
            records = self._reader.read({self._partition: offset}, timeout_s=TURN_S)
            if records or time.monotonic() > deadline:
                return list(records)
