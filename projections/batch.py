"""A run of journal events of one partition, each opened at most once however many views look at it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, Protocol

from eventsourcing.persistence import StoredEvent

from events.log.journal.reader import JournalEvent
from events.privacy.sealing import VaultUnreachableError
from events.streams import Stream
from projections.view import Fact

if TYPE_CHECKING:
    from events.codec import Recorded

BATCH_EVENTS_MIN: Final = 256
BATCH_EVENTS_MAX: Final = 5_000
BATCH_BYTES_MAX: Final = 16 * 2**20


class Opener(Protocol):
    """What turns a stored event into a recorded one: events.codec.EventMapper."""

    def to_domain_event(self, stored_event: StoredEvent) -> Recorded: ...

    def fetch_keys(self, streams: Iterable[str]) -> None: ...


class BatchSize:
    """How many events to read at once: grows while batches are small, so that memory stays bounded."""

    def __init__(self) -> None:
        self.events = BATCH_EVENTS_MIN

    def saw(self, events: Sequence[JournalEvent]) -> None:
        size = sum(len(event.state) for event in events)
        if size > BATCH_BYTES_MAX:
            self.events = max(1, self.events // 4)
        elif len(events) == self.events and size * 2 <= BATCH_BYTES_MAX:
            self.events = min(BATCH_EVENTS_MAX, self.events * 2)


class Batch:
    """Events of one partition in order, and what they say once somebody asked.

    Raises whatever the opener raises when an event is asked for; only a key vault out of reach is not
    remembered, since that is no fault of the event.
    """

    def __init__(self, events: Sequence[JournalEvent], opener: Opener) -> None:
        self.events = events
        self._opener = opener
        self._opened: dict[int, Fact | Exception] = {}
        self._keys_fetched = False

    def category(self, index: int) -> str:
        return Stream.parse(self.events[index].stream).category

    def fact(self, index: int) -> Fact:
        if not self._keys_fetched:
            # One question for the batch; and who was forgotten since the last is found out here.
            self._opener.fetch_keys({event.stream for event in self.events})
            self._keys_fetched = True
        opened = self._opened.get(index)
        if opened is None:
            opened = self._opened[index] = self._open(self.events[index])
        if isinstance(opened, Exception):
            raise opened
        return opened

    def _open(self, event: JournalEvent) -> Fact | Exception:
        stored = StoredEvent(
            originator_id=event.stream, originator_version=event.version, topic=event.topic, state=event.state
        )
        try:
            recorded = self._opener.to_domain_event(stored)
        except VaultUnreachableError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one event parks its subject, no more
            return error
        return Fact(
            partition=event.partition,
            ordinal=event.ordinal,
            subject=Stream.parse(event.stream).subject,
            recorded=recorded,
        )
