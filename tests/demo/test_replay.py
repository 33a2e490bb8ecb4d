"""Every prefix of every history of the demo organisation replays to the same state."""

from collections.abc import Iterator
from functools import reduce
from itertools import accumulate

import pytest
from eventsourcing.persistence import EventStore

from events.catalog.registry import Event
from services.contexts.audit.decider import DECIDER as AUDIT
from services.contexts.catalogue.decider import DECIDER as CATALOGUE
from services.contexts.checkpoints.decider import DECIDER as CHECKPOINTS
from services.contexts.employment.decider import DECIDER as EMPLOYMENT
from services.contexts.lenses.decider import DECIDER as LENSES
from services.contexts.policy.decider import DECIDER as POLICY
from services.contexts.portfolio.decider import DECIDER as PORTFOLIO
from services.contexts.releases.decider import DECIDER as RELEASES
from services.contexts.rollout.decider import DECIDER as ROLLOUT
from services.contexts.rounds.decider import DECIDER as ROUNDS
from services.contexts.team.decider import DECIDER as TEAM
from services.contexts.teamwork.decider import DECIDER as TEAMWORK
from services.contexts.units.decider import DECIDER as UNITS
from services.decisions.decider import AnyDecider
from services.handling.loading import load
from services.handling.registry import DECIDERS
from tests.demo.organisation import Organisation

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(600)]

OF_STREAM: dict[str, AnyDecider] = {
    "portfolio": PORTFOLIO,
    "employment": EMPLOYMENT,
    "catalogue": CATALOGUE,
    "team": TEAM,
    "units": UNITS,
    "policy": POLICY,
    "lens": LENSES,
    "round": ROUNDS,
    "teamwork": TEAMWORK,
    "rollout": ROLLOUT,
    "release": RELEASES,
    "access": AUDIT,
}
UNUSED = CHECKPOINTS
"""No checkpoint is made here: nothing signs."""
ALSO = {
    "portfolio": ("employment",),
    "employment": ("portfolio",),
    "round": ("employment", "portfolio"),
}


def histories(whole: Organisation, category: str) -> Iterator[tuple[tuple[str, ...], list[Event]]]:
    """What a decider of portfolios, employments, teams … folds for each of them, and from which streams."""
    # A portfolio is decided on its owner's employment too, leaving on what is open in the portfolio, and a
    # round on both.
    others = [whole.facts_of(other) for other in ALSO.get(category, ())]
    for subject, facts in whole.facts_of(category).items():
        also = [fact for other in others for fact in other.get(subject, [])]
        streams = tuple(dict.fromkeys(fact.recorded.stream for fact in [*facts, *also]))
        yield streams, [fact.recorded.event for fact in [*facts, *also]]


@pytest.mark.parametrize("category", OF_STREAM)
def test_every_prefix_replays_to_the_state_that_was_come_to(whole: Organisation, category: str) -> None:
    decider = OF_STREAM[category]
    prefixes = 0
    for streams, events in histories(whole, category):
        # All kept until the end: a step that changed an earlier state in place would show.
        come_to = list(accumulate(events, decider.evolve, initial=decider.initial))
        for length, state in enumerate(come_to):
            assert state == reduce(decider.evolve, events[:length], decider.initial), (streams, length)
            prefixes += 1
    assert prefixes > 1


@pytest.mark.parametrize("category", OF_STREAM)
def test_what_is_loaded_from_the_journal_is_that_state(whole: Organisation, category: str) -> None:
    decider = OF_STREAM[category]
    store: EventStore[str] = EventStore(whole.house.mapper, whole.house.log.recorders[0])
    for streams, events in histories(whole, category):
        loaded = load(store, decider, streams)
        assert loaded.state == reduce(decider.evolve, events, decider.initial)
        assert loaded.versions[streams[0]] > 0


def test_every_decider_was_replayed() -> None:
    assert set(map(id, [*OF_STREAM.values(), UNUSED])) == set(map(id, DECIDERS))
