"""The streams that auditors may replay, by pseudonym, in the order of the pseudonyms."""

import bisect
import threading
import time
from collections.abc import Callable
from typing import Final

import msgspec

from events.log.audited_log import AuditedLog
from events.log.journal.heads import StreamHead
from events.streams import Stream
from rules.audit.answers import StreamsAsked, StreamSeen, StreamsPage
from rules.audit.kinds import STREAMS_MAX, AuditStreamKind
from services.decisions.pseudonyms import Pseudonyms

LISTED_S: Final = 30.0
"""How long a list of streams is kept: all of a kind are read for it."""


class _List(msgspec.Struct, frozen=True):
    streams: list[StreamSeen]
    until_s: float


class Streams:
    """Safe from several threads. The order says nothing about who it is, or since when."""

    def __init__(self, log: AuditedLog, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._now_s = now_s
        self._lock = threading.Lock()
        self._lists: dict[AuditStreamKind, _List] = {}

    def page(self, asked: StreamsAsked, pseudonyms: Pseudonyms) -> StreamsPage:
        """Return the streams after a pseudonym. Raises LogUnavailableError."""
        listed = self._listed(asked.kind, pseudonyms)
        first = bisect.bisect_right(listed, asked.after or "", key=lambda stream: stream.id)
        size = min(asked.first, STREAMS_MAX)
        return StreamsPage(streams=tuple(listed[first : first + size]), more=len(listed) > first + size)

    def _listed(self, kind: AuditStreamKind, pseudonyms: Pseudonyms) -> list[StreamSeen]:
        with self._lock:
            kept = self._lists.get(kind)
        if kept is None or kept.until_s <= self._now_s():
            streams = [seen(head, kind, pseudonyms) for head in self._log.heads(kind.value)]
            kept = _List(sorted(streams, key=lambda stream: stream.id), self._now_s() + LISTED_S)
            with self._lock:
                self._lists[kind] = kept
        return kept.streams


def seen(head: StreamHead, kind: AuditStreamKind, pseudonyms: Pseudonyms) -> StreamSeen:
    """Return a stream as an auditor sees it."""
    return StreamSeen(
        id=pseudonyms.of_stream(Stream.parse(head.stream)),
        kind=kind,
        version=head.version,
        head=head.digest.hex(),
    )
