"""A person's rounds as the log has them: never older than it, and gone when the person is forgotten."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from eventsourcing.persistence import EventStore

from services.contexts.rounds.state import Rounds
from services.feedback.round_states import STATE_CACHED_S_MAX, STATES_CACHED_MAX, RoundStates
from tests.backends.postgres import fresh_database
from tests.services.round_house import RoundHouse, round_house

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def organisation(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoundHouse]:
    folder: Path = tmp_path_factory.mktemp("keys")
    with fresh_database(postgres_url) as url, round_house(url, folder) as house:
        yield house


def states_at(house: RoundHouse, seconds: list[float]) -> RoundStates:
    store: EventStore[str] = EventStore(house.mapper, house.log.recorders[0])
    return RoundStates(store, now_s=lambda: seconds[0])


def test_a_cached_state_has_every_event_since(organisation: RoundHouse) -> None:
    house = organisation.subject()
    person, states = house.person(house.number), states_at(house, [0.0])
    assert states.of(person) == Rounds()
    round_ = house.opens()
    assert states.of(person).rounds[round_].status == "OPEN"
    house.own("closeRound", roundId=round_)
    assert states.of(person).rounds[round_].status == "CLOSING"
    assert states.of(person) == states_at(house, [0.0]).of(person)


def test_somebody_forgotten_has_no_rounds_after_a_minute_at_most(organisation: RoundHouse) -> None:
    house = organisation.subject()
    person, seconds = house.person(house.number), [0.0]
    states = states_at(house, seconds)
    round_ = house.opens()
    assert round_ in states.of(person).rounds
    house.vault.destroy(person)
    seconds[0] = STATE_CACHED_S_MAX
    assert states.of(person) == Rounds()


def test_the_cache_has_a_limit(organisation: RoundHouse) -> None:
    states = states_at(organisation, [0.0])
    for number in range(STATES_CACHED_MAX + 5):
        states.of(f"{number:032x}")
    assert len(states) == STATES_CACHED_MAX
