"""Streams as they were read from the log, kept for a short time so that a replay reads page by page."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

import msgspec
from cachetools import TTLCache

from events.log.acceptance import Outcome
from events.log.audited_log import AuditedLog, StreamOnLog
from events.log.proof.commits import CommitOnLog, EventOnLog
from events.streams import Stream
from kit.clock import Calendar
from rules.audit.kinds import COMMITS_MAX, PAGE_BYTES_MAX

READ_KEPT_S: Final = 60.0
"""How long what was read of a stream serves further pages; `verifiedAt` says when it was read."""
STREAMS_KEPT_MAX: Final = 8
BYTES_KEPT_MAX: Final = 64 * 1024 * 1024
"""The most bytes of events kept of all streams together; a larger stream is read again for each page."""
BYTES_OF_ONE_MIN: Final = BYTES_KEPT_MAX // STREAMS_KEPT_MAX
"""A small stream counts as so many, so that few are kept."""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of a stream at a moment; events are as on the log, sealed where they are sealed."""

    on_log: StreamOnLog
    partition: int
    at: datetime
    bytes: int

    def accepted(self, *, until: int | None = None) -> Iterator[EventOnLog]:
        """Yield the stream's accepted events, in order, through a version."""
        for commit in self.on_log.commits:
            if commit.verdict is Outcome.ACCEPTED:
                for event in commit.events:
                    if until is None or event.version <= until:
                        yield event

    def page(self, *, after: int, first: int) -> Sequence[tuple[int, CommitOnLog]]:
        """Return commits after a number, with their numbers: one at least, but not above PAGE_BYTES_MAX."""
        found: list[tuple[int, CommitOnLog]] = []
        size = 0
        numbered = enumerate(self.on_log.commits, start=1)
        for number, commit in islice(numbered, after, after + min(first, COMMITS_MAX)):
            size += bytes_of(commit)
            if found and size > PAGE_BYTES_MAX:
                break
            found.append((number, commit))
        return found


class StreamsRead:
    """Reads streams from the log; safe from several threads. Raises LogUnavailableError."""

    def __init__(
        self,
        log: AuditedLog,
        calendar: Calendar,
        *,
        kept_s: float = READ_KEPT_S,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log, self._calendar = log, calendar
        self._lock = threading.Lock()
        self._kept: TTLCache[Stream, Checked] = TTLCache(
            BYTES_KEPT_MAX,
            kept_s,
            timer=now_s,
            getsizeof=lambda checked: max(checked.bytes, BYTES_OF_ONE_MIN),
        )

    def of(self, stream: Stream) -> Checked:
        """Return what is on the log of a stream, read at most READ_KEPT_S ago."""
        with self._lock:
            kept = self._kept.get(stream)
        if kept is not None:
            return kept
        at = self._calendar.now()
        on_log = self._log.read(stream)
        checked = Checked(
            on_log=on_log,
            partition=self._log.partition_of(stream),
            at=at,
            bytes=sum(map(bytes_of, on_log.commits)),
        )
        if checked.bytes <= BYTES_KEPT_MAX:
            with self._lock:
                self._kept[stream] = checked
        return checked


def bytes_of(commit: CommitOnLog) -> int:
    """Return how many bytes the events of a commit have on the log."""
    return sum(len(event.state) for event in commit.events)
