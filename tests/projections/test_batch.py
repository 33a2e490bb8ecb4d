"""Batches: bounded in bytes, and each event opened at most once."""

from collections.abc import Iterable

import pytest

from events.codec import EventMapper, Recorded, UndecodableEventError
from events.log.journal.reader import JournalEvent
from events.privacy.sealing import VaultUnreachableError
from projections.batch import BATCH_BYTES_MAX, BATCH_EVENTS_MAX, BATCH_EVENTS_MIN, Batch, BatchSize
from tests.projections.keys import NoKeys
from tests.projections.witness import team_formed


def event(state: bytes | None = None) -> JournalEvent:
    stored = team_formed(state=state)
    return JournalEvent(
        partition=0,
        ordinal=1,
        stream=str(stored.originator_id),
        version=stored.originator_version,
        topic=stored.topic,
        state=stored.state,
    )


class Counting:
    """The real mapper, counting how often it is asked; out of reach while `away`."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False
        self._mapper = EventMapper(NoKeys())

    def fetch_keys(self, streams: Iterable[str]) -> None:
        if self.away:
            raise VaultUnreachableError("out of reach")
        self._mapper.fetch_keys(streams)

    def recorded(self, stream: str, version: int, topic: str, state: bytes) -> Recorded:
        self.asked += 1
        if self.away:
            raise VaultUnreachableError("out of reach")
        return self._mapper.recorded(stream, version, topic, state)


def test_an_event_is_opened_once_however_many_views_look_at_it() -> None:
    opener = Counting()
    batch = Batch([event()], opener)
    assert batch.fact(0) is batch.fact(0)
    assert opener.asked == 1


def test_what_cannot_be_opened_says_so_each_time() -> None:
    opener = Counting()
    batch = Batch([event(b"not what was written")], opener)
    for _ in range(2):
        with pytest.raises(UndecodableEventError):
            batch.fact(0)
    assert opener.asked == 1


def test_a_key_vault_out_of_reach_is_asked_again() -> None:
    opener = Counting()
    batch = Batch([event()], opener)
    opener.away = True
    with pytest.raises(VaultUnreachableError):
        batch.fact(0)
    opener.away = False
    assert batch.fact(0).ordinal == 1


def test_batches_grow_while_they_are_full_and_small() -> None:
    size = BatchSize()
    for _ in range(10):
        size.saw([event()] * size.events)
    assert size.events == BATCH_EVENTS_MAX


def test_batches_that_are_not_full_do_not_grow() -> None:
    size = BatchSize()
    size.saw([event()])
    assert size.events == BATCH_EVENTS_MIN


def test_batches_of_big_events_shrink_so_that_memory_stays_bounded() -> None:
    size = BatchSize()
    big = event(bytes(900_000))
    for _ in range(5):
        size.saw([big] * size.events)
    assert len(big.state) * size.events <= BATCH_BYTES_MAX
