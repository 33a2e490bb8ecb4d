"""Consecutive journal events of one partition, each opened at most once however many views fold it."""

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from events.codec import Recorded
from events.log.journal.reader import JournalEvent
from events.privacy.sealing import VaultUnreachableError
from events.streams import Stream
from projections.view import Fact

BATCH_EVENTS_MIN: Final = 256
BATCH_EVENTS_MAX: Final = 5_000
BATCH_BYTES_MAX: Final = 16 * 2**20


class Opener(Protocol):
    """Opens stored events: events.codec.EventMapper."""

    def recorded(self, stream: str, version: int, topic: str, state: bytes) -> Recorded: ...

    def fetch_keys(self, streams: Iterable[str]) -> None: ...


class BatchSize:
    """
    How many events to read at once.

    More while batches are small in bytes; fewer when one is too large, or was not folded within the lease.
    """

    def __init__(self) -> None:
        self.events = BATCH_EVENTS_MIN

    def saw(self, events: Sequence[JournalEvent]) -> None:
        size = sum(len(event.state) for event in events)
        if size > BATCH_BYTES_MAX:
            self.events = max(1, self.events // 4)
        elif len(events) == self.events and size * 2 <= BATCH_BYTES_MAX:
            self.events = min(BATCH_EVENTS_MAX, self.events * 2)

    def was_interrupted(self) -> None:
        """Ask for fewer: the same batch again would take as long again, and never end."""
        self.events = max(1, self.events // 4)


class Batch:
    """
    Events of one partition in order, opened when a fold needs them.

    What the opener raises for an event is kept and raised each time that event is needed. Only
    VaultUnreachableError is not kept, since it says nothing about the event.
    """

    def __init__(self, events: Sequence[JournalEvent], opener: Opener) -> None:
        self.events = events
        self.streams = [Stream.parse(event.stream) for event in events]
        self._opener = opener
        self._opened: dict[int, Fact | Exception] = {}
        self._keys_fetched = False

    def fact(self, index: int) -> Fact:
        if not self._keys_fetched:
            # One query for the batch, which also finds the persons that were forgotten since the last batch.
            self._opener.fetch_keys({event.stream for event in self.events})
            self._keys_fetched = True
        opened = self._opened.get(index)
        if opened is None:
            opened = self._opened[index] = self._open(index)
        if isinstance(opened, Exception):
            raise opened
        return opened

    def _open(self, index: int) -> Fact | Exception:
        event = self.events[index]
        try:
            recorded = self._opener.recorded(event.stream, event.version, event.topic, event.state)
        except VaultUnreachableError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one event parks its subject, and only that
            return error
        return Fact(
            partition=event.partition,
            ordinal=event.ordinal,
            subject=self.streams[index].subject,
            recorded=recorded,
        )
