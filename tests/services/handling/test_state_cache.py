"""A cached state is the one that loading from the beginning would return, with any timing of readers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from events.catalog.catalogue import TermAdopted, TermProposed
from events.catalog.registry import Event
from events.codec import Recorded, UnknownEvent
from services.contexts.catalogue.decider import DECIDER as CATALOGUE
from services.contexts.employment.decider import DECIDER as EMPLOYMENT
from services.handling.loading import StreamNotUnderstoodError
from services.handling.state_cache import StateCache

STREAM = f"catalogue-{'d' * 32}"
CALM = TermProposed(term="calm", nl="Rust", en="Calm", cluster="calm")


class Store:
    """The part of the library's store that loading uses; `meanwhile` runs during a read."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.asked: list[int | None] = []
        self.meanwhile: Any = None

    def get(self, stream: str, gt: int | None = None) -> Iterator[Recorded]:
        self.asked.append(gt)
        numbered = list(enumerate(self.events, 1))
        if self.meanwhile is not None:
            work, self.meanwhile = self.meanwhile, None
            work()
        for version, event in numbered:
            if version > (gt or 0):
                at = datetime(2026, 11, 24, tzinfo=UTC)
                yield Recorded(stream=stream, version=version, event=event, at=at, by="x")


@pytest.fixture
def store() -> Store:
    return Store()


def load(states: StateCache) -> Any:
    return states.load(CATALOGUE, (STREAM,))


def states_of(store: Store) -> StateCache:
    return StateCache(store)  # type: ignore[arg-type]


def test_only_what_is_new_is_read_again(store: Store) -> None:
    states = states_of(store)
    assert load(states).versions == {STREAM: 0}
    store.events.append(CALM)
    assert load(states).state.terms["calm"].state == "PROPOSED"
    store.events.append(TermAdopted(term="calm"))
    found = load(states)
    assert (found.state.terms["calm"].state, found.versions) == ("ADOPTED", {STREAM: 2})
    assert store.asked == [None, None, 1]
    assert load(states_of(store)) == found


def test_who_reads_slowly_puts_nothing_back(store: Store) -> None:
    states = states_of(store)
    store.events.append(CALM)

    def another() -> None:
        store.events.append(TermAdopted(term="calm"))
        assert load(states).versions == {STREAM: 2}

    store.meanwhile = another
    assert load(states).versions == {STREAM: 1}, "as it was when the reading began"
    assert load(states).versions == {STREAM: 2}
    assert store.asked[-1] == 2


def test_what_is_not_understood_stays_so_and_keeps_what_was_read_before(store: Store) -> None:
    states = states_of(store)
    store.events.append(CALM)
    load(states)
    store.events.append(UnknownEvent(name="catalogue.term-sung.v1", raw=b"{}"))
    for _ in range(2):
        with pytest.raises(StreamNotUnderstoodError):
            load(states)


def test_a_persons_stream_is_never_kept(store: Store) -> None:
    states = states_of(store)
    streams = (f"employment-{'e' * 32}", f"team-{'f' * 32}")
    for _ in range(2):
        states.load(EMPLOYMENT, streams)
    assert store.asked == [None] * 4
    assert not EMPLOYMENT.cached
