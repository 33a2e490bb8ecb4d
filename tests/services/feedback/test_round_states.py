"""A person's rounds as the log has them: never older than it, and gone when the person is forgotten."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from eventsourcing.persistence import EventStore

from services.contexts.rounds.state import Rounds
from services.feedback.round_states import RoundStates
from services.handling.person_states import PersonStates
from tests.backends.postgres import fresh_database
from tests.services.round_house import RoundHouse, round_house

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def organisation(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoundHouse]:
    folder: Path = tmp_path_factory.mktemp("keys")
    with fresh_database(postgres_url) as url, round_house(url, folder) as house:
        yield house


@pytest.fixture
def cached(organisation: RoundHouse) -> PersonStates:
    return PersonStates(organisation.vault)


@pytest.fixture
def states(organisation: RoundHouse, cached: PersonStates) -> RoundStates:
    store: EventStore[str] = EventStore(organisation.mapper, organisation.log.recorders[0])
    return RoundStates(store, cached)


def test_a_cached_state_has_every_event_since(
    organisation: RoundHouse, states: RoundStates, cached: PersonStates
) -> None:
    house = organisation.subject()
    person = house.person(house.number)
    assert states.of(person) == Rounds()
    round_ = house.opens()
    assert states.of(person).rounds[round_].status == "OPEN"
    assert len(cached) == 1
    house.own("closeRound", roundId=round_)
    assert states.of(person).rounds[round_].status == "CLOSING"
    assert states.of(person) == house.states.of(person)


def test_rule_19_somebody_forgotten_has_no_rounds_at_once_and_none_in_memory(
    organisation: RoundHouse, states: RoundStates, cached: PersonStates
) -> None:
    house = organisation.subject()
    person = house.person(house.number)
    round_ = house.opens()
    assert round_ in states.of(person).rounds
    house.vault.destroy(person)
    assert (states.of(person), len(cached)) == (Rounds(), 0)
