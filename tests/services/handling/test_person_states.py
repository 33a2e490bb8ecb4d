"""A person's folded state is in memory for a minute at most, and not once the key is destroyed."""

from collections.abc import Iterator
from functools import reduce
from itertools import product
from typing import Any
from uuid import uuid4

import pytest

from events.catalog.employment import EmploymentEvent
from events.catalog.policy import PolicyEvent
from events.catalog.portfolio import PortfolioEvent
from events.catalog.rounds import RoundEvent
from events.privacy.sealing import KeyDestroyedError
from kit.errors import ForbiddenError
from kit.lifecycle import Stop
from rules.access.roles import Role
from services.contexts.portfolio.decider import DECIDER, evolve
from services.contexts.portfolio.sharing.commands import EndItemSharings
from services.decisions.decider import event_types_of
from services.handling import person_states as module
from services.handling.loading import Loaded
from services.handling.person_states import STATE_CACHED_S_MAX, PersonStates
from services.handling.registry import read_command
from tests.backends.postgres import fresh_database
from tests.events.examples import EXAMPLES
from tests.services.house import TALENT, House, furnish, opened, with_owner


class Keys:
    """The part of the vault that the cache asks."""

    def __init__(self) -> None:
        self.destroyed: set[str] = set()

    def key_of(self, subject: str) -> bytes:
        if subject in self.destroyed:
            raise KeyDestroyedError(subject)
        return bytes(32)


def name(number: int) -> tuple[str, ...]:
    return (f"portfolio-{number:032x}", f"employment-{number:032x}", "Portfolio")


def loaded(number: int, version: int, other: int = 1) -> Loaded:
    return Loaded(f"state {version}", dict(zip(name(number)[:2], (version, other), strict=True)))


@pytest.fixture
def keys() -> Keys:
    return Keys()


@pytest.fixture
def seconds() -> list[float]:
    return [0.0]


@pytest.fixture
def states(keys: Keys, seconds: list[float]) -> PersonStates:
    return PersonStates(keys, now_s=lambda: seconds[0])


def test_a_state_is_dropped_after_its_time_however_often_it_is_used(
    states: PersonStates, seconds: list[float]
) -> None:
    for version in range(1, 4):
        states.put(name(1), loaded(1, version))
        assert states.get(name(1)) == loaded(1, version)
        seconds[0] += STATE_CACHED_S_MAX / 4
    seconds[0] = STATE_CACHED_S_MAX
    states.sweep()
    assert (len(states), states.get(name(1))) == (0, None)


def test_a_state_that_was_dropped_while_it_was_continued_is_not_kept_again(
    states: PersonStates, seconds: list[float]
) -> None:
    states.put(name(1), loaded(1, 1))
    continued = states.get(name(1))
    states.forget(name(1)[0].removeprefix("portfolio-"))
    states.put(name(1), loaded(1, 2), since=continued)
    assert len(states) == 0
    states.put(name(1), loaded(1, 1))
    seconds[0] = STATE_CACHED_S_MAX - 1
    continued = states.get(name(1))
    seconds[0] = STATE_CACHED_S_MAX
    states.sweep()
    states.put(name(1), loaded(1, 2), since=continued)
    assert len(states) == 0


def test_nobody_has_to_ask_for_it_to_be_dropped(
    states: PersonStates, seconds: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SWEEP_S", 0.001)
    states.put(name(1), loaded(1, 1))
    seconds[0] = STATE_CACHED_S_MAX

    class StopWhenEmpty(Stop):
        def wait(self, timeout: float | None = None) -> bool:
            return len(states) == 0 or super().wait(timeout)

    states.run(StopWhenEmpty())
    assert len(states) == 0


def test_no_more_than_a_number_of_them_is_in_memory(
    states: PersonStates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STATES_CACHED_MAX", 3)
    for number in range(5):
        states.put(name(number), loaded(number, 1))
    assert [states.get(name(number)) is not None for number in range(5)] == [False, False, True, True, True]


def test_an_older_state_never_replaces_a_newer_one_and_an_empty_one_is_not_kept(states: PersonStates) -> None:
    states.put(name(1), loaded(1, 0, 0))
    assert len(states) == 0
    states.put(name(1), loaded(1, 2))
    states.put(name(1), loaded(1, 1))
    assert states.get(name(1)) == loaded(1, 2)


def test_all_states_of_a_person_go_with_the_key_and_no_other(states: PersonStates, keys: Keys) -> None:
    short = (name(1)[0], "Portfolio")
    states.put(name(1), loaded(1, 1))
    states.put(short, Loaded("short", {short[0]: 1}))
    states.put(name(2), loaded(2, 1))
    keys.destroyed.add("1".zfill(32))
    assert states.get(name(1)) is None
    assert len(states) == 1
    assert states.get(name(2)) == loaded(2, 1)


@pytest.fixture(scope="module")
def house(postgres_url: str) -> Iterator[House]:
    with fresh_database(postgres_url) as url, opened(url) as house, house.log.folding():
        furnish(house)
        yield house


@pytest.mark.postgres
def test_of_a_forgotten_person_nothing_is_left_in_memory_and_nothing_is_accepted(house: House) -> None:
    owner = with_owner(house, "forgotten-1")
    talent = owner.owner("claimTalent", **TALENT).entity_id
    shared = owner.owner("shareItem", itemId=talent, **{"with": {"organisation": True}}, until="2026-12-24")
    assert shared.entity_id is not None
    caller = owner.caller(owner.number, Role.PROFESSIONAL)
    end = EndItemSharings(owner=caller.person, sharing_ids=(shared.entity_id,))
    early = house.handler.handle_for_process(end, process="scheduler", occasion="early")
    assert [refusal.code for refusal in early.refusals] == ["WRONG_STATE"]
    assert of_person(house, caller.person) > 0
    accepted = len(house.log.recorders[0].select_events(f"portfolio-{caller.person}"))

    house.vault.destroy(caller.person)
    claim = read_command("claimTalent", TALENT)
    with pytest.raises(ForbiddenError):
        house.handler.handle(claim, caller=caller, command_id=str(uuid4()))
    late = house.handler.handle_for_process(end, process="scheduler", occasion="late")
    assert [refusal.code for refusal in late.refusals] == ["NOT_FOUND"]
    assert of_person(house, caller.person) == 0
    assert len(house.log.recorders[0].select_events(f"portfolio-{caller.person}")) == accepted


def of_person(house: House, person: str) -> int:
    return sum(person in name[0] for name in house.handler.person_states._cached)


@pytest.mark.postgres
def test_a_second_command_opens_only_what_came_after_the_first(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = with_owner(house, "cached-1")
    opened_before: list[Any] = []
    read = house.handler._store.mapper.to_domain_event

    def counted(stored: Any) -> Any:
        if str(stored.originator_id).startswith("portfolio-"):
            opened_before.append(stored.originator_version)
        return read(stored)

    monkeypatch.setattr(house.handler._store.mapper, "to_domain_event", counted)
    for each in ("Een", "Twee", "Drie"):
        given = {**TALENT, "name": {"ownWords": each}}
        assert owner.owner("claimTalent", **given).outcome == "ACCEPTED"
    assert opened_before == [1, 2, 3], "each event once, when it was new"


OTHERS = event_types_of(EmploymentEvent, PolicyEvent, RoundEvent)


def test_events_of_different_streams_are_folded_into_a_portfolio_in_any_order() -> None:
    """So that a cached state can be continued with what is newer in each of its streams."""
    fold: Any = evolve
    own = [event for event in EXAMPLES if isinstance(event, event_types_of(PortfolioEvent))]
    others = [event for event in EXAMPLES if isinstance(event, OTHERS)]
    after_others = reduce(fold, others, DECIDER.initial)
    assert after_others != DECIDER.initial
    for mine in own:
        # All examples are of one id, so only those of one kind may follow each other.
        before = [event for event in own if type(event).__module__ == type(mine).__module__]
        states = [DECIDER.initial, after_others, *(fold(DECIDER.initial, event) for event in before)]
        for state, other in product(states, others):
            assert fold(fold(state, mine), other) == fold(fold(state, other), mine), (mine, other)
