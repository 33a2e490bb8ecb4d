"""Group commit: all commits that wait for a partition at one moment are appended in one record."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Final

import structlog

from events.log.outcomes import CommitTooLargeError, NotSentError
from events.log.port import LogAppender
from events.log.record import RECORD_BYTES_MAX, frame, framed_size

IN_FLIGHT_MAX: Final = 1
"""Records of one partition that may be unacknowledged at once; more would only make them smaller."""
GATHER_S: Final = 0.003
"""How long a record waits for as many commits as the last one had."""
ALTERNATE_FROM: Final = 56
"""With so many commits in a record, writers form two groups: while one is judged, the other is appended."""
ALTERNATING_SIZE: Final = 32
"""The size of such a group. A record costs as much as some 20 commits, so it must not be smaller."""
WAITING_ENTRIES_MAX: Final = 10_000
CLOSE_TIMEOUT_S: Final = 20.0

_log = structlog.get_logger()

NotSent = Callable[[NotSentError], None]
_Batch = list[tuple[bytes, NotSent]]


@dataclass(slots=True, kw_only=True)
class _Queue:
    """
    The entries that wait for one partition.

    `last_batch_size`: writers of one record get their verdicts together and append again together, so the
    next record waits until `flush_at` for as many commits (at most ALTERNATING_SIZE, where there are very
    many). Otherwise the first of them would be sent alone, and the others wait for its acknowledgement.
    """

    waiting: list[tuple[bytes, NotSent]] = field(default_factory=list)
    in_flight: int = 0
    last_batch_size: int = 1
    flush_at: float | None = None


class GroupCommitter:
    """
    Appends the entries of all threads of a process, a record for each partition at a time.

    `submit` queues an encoded entry. All entries that wait for a partition are framed and appended as soon as
    fewer than IN_FLIGHT_MAX records of it are unacknowledged. The thread does so whose entry or
    acknowledgement makes them complete; where the time is up, or the appender blocks, one of the committer's
    own. The outcome comes from the journal's verdict; only a record that provably was not sent is reported
    here.
    """

    def __init__(self, appender: LogAppender, *, generation: bytes, writer: str) -> None:
        self._appender, self._generation, self._writer = appender, generation, writer
        self._frame_bytes = framed_size([], writer=writer)
        self._changed = Condition()
        self._queues: dict[int, _Queue] = {}
        self._count = 0
        self._closing = False
        self._thread = Thread(target=self._run, name="group commit", daemon=True)
        self._thread.start()

    def submit(self, partition: int, entry: bytes, not_sent: NotSent) -> None:
        """
        Queue an entry. `not_sent` is called, on any thread, when it provably was not sent.

        Raises CommitTooLargeError (over one record's size) and NotSentError (too many wait, or closed).
        """
        size = self._frame_bytes + len(entry)
        if size > RECORD_BYTES_MAX:
            raise CommitTooLargeError(
                f"a commit of {size} bytes is over the limit of {RECORD_BYTES_MAX} bytes for one record"
            )
        with self._changed:
            if self._closing:
                raise NotSentError("this process is closing its log")
            if self._count >= WAITING_ENTRIES_MAX:
                raise NotSentError(f"{WAITING_ENTRIES_MAX} appends wait already; the log is slow or away")
            queue = self._queues.get(partition)
            if queue is None:
                queue = self._queues[partition] = _Queue()
            queue.waiting.append((entry, not_sent))
            self._count += 1
            batch = self._take_complete(queue)
            due = queue.in_flight < IN_FLIGHT_MAX and len(queue.waiting) in {1, queue.last_batch_size}
            # Each time the committer's thread wakes, it takes the interpreter's lock from the writers.
            if due and not batch:
                self._changed.notify()
        if batch:
            self._send(partition, batch)

    def close(self) -> None:
        """Send what waits, then close the appender."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(CLOSE_TIMEOUT_S)
        self._appender.close()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not (ready := self._ready()):
                    if self._closing and not self._count:
                        return
                    self._changed.wait(self._wait_timeout())
                batches = [(partition, self._take(queue)) for partition, queue in ready]
            for partition, batch in batches:
                self._send(partition, batch)

    def _ready(self) -> list[tuple[int, _Queue]]:
        """Return the queues to send: nothing unacknowledged, and enough entries or waited long enough."""
        now = time.monotonic()
        ready = []
        for partition, queue in self._queues.items():
            if not queue.waiting or queue.in_flight >= IN_FLIGHT_MAX:
                continue
            if len(queue.waiting) >= queue.last_batch_size or self._closing:
                ready.append((partition, queue))
            elif queue.flush_at is None:
                queue.flush_at = now + GATHER_S
            elif queue.flush_at <= now:
                ready.append((partition, queue))
        return ready

    def _wait_timeout(self) -> float | None:
        """Return the seconds until the next record must be sent, or None."""
        times = [queue.flush_at for queue in self._queues.values() if queue.flush_at is not None]
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _take_complete(self, queue: _Queue) -> _Batch:
        """Return what a thread that may not wait can send now: as many entries as are waited for, or none."""
        blocked = self._appender.blocks or queue.in_flight >= IN_FLIGHT_MAX
        return [] if blocked or len(queue.waiting) < queue.last_batch_size else self._take(queue)

    def _take(self, queue: _Queue) -> _Batch:
        size, taken = self._frame_bytes, 0
        for entry, _ in queue.waiting:
            size += len(entry)
            if size > RECORD_BYTES_MAX:
                break
            taken += 1
        batch, queue.waiting = queue.waiting[:taken], queue.waiting[taken:]
        self._count -= taken
        queue.in_flight += 1
        alternate = taken >= ALTERNATE_FROM or queue.last_batch_size == ALTERNATING_SIZE <= taken
        queue.last_batch_size, queue.flush_at = ALTERNATING_SIZE if alternate else taken, None
        return batch

    def _send(self, partition: int, batch: _Batch) -> None:
        record = frame(self._generation, self._writer, [entry for entry, _ in batch])
        try:
            sent = self._appender.append(partition, record)
        except Exception as error:  # noqa: BLE001 - whatever it is, the thread must live
            self._after(partition, batch, error)
            return
        sent.add_done_callback(lambda done: self._after(partition, batch, done.exception()))

    def _after(self, partition: int, batch: _Batch, error: BaseException | None) -> None:
        following = self._acknowledged(partition)
        if following:
            self._send(partition, following)
        if isinstance(error, NotSentError):
            for _, not_sent in batch:
                not_sent(error)
        elif error is not None:
            _log.warning("append.unknown", partition=partition, error=type(error).__name__)

    def _acknowledged(self, partition: int) -> _Batch:
        """Note that a record is not under way any more; return what to send instead of it."""
        with self._changed:
            queue = self._queues[partition]
            queue.in_flight -= 1
            following = self._take_complete(queue)
            if self._closing or (queue.waiting and not following):
                self._changed.notify()
            return following
