"""What holds of every history of rounds, in whatever order things happen (privacy rules 3, 4, 10, 23)."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings

from events.catalog.employment import EmploymentEvent
from events.catalog.portfolio import PortfolioEvent
from events.catalog.rounds import (
    InvitationRevoked,
    RaterInvited,
    RoundCancelled,
    RoundClosed,
    RoundClosing,
    RoundEvent,
    RoundExtended,
    RoundOpened,
    RoundPrepared,
)
from events.codec import EventMapper, Recorded
from rules.feedback.questions import INVITATIONS_MAX, Perspective
from services.contexts.rounds.decider import DECIDER as ROUNDS
from services.contexts.rounds.opening import months_after
from services.decisions.command import DecisionContext
from tests.events.golden import OneKey
from tests.services.contexts.rounds.house import FLOORS
from tests.services.contexts.rounds.world import CLOSER, World, lived, steps
from tests.spec import PERSON

MONTHS = 6


@settings(max_examples=300, deadline=None)
@given(steps())
def test_every_history_keeps_the_rules(asked: list[tuple[str, int, timedelta]]) -> None:
    world = lived(asked)
    _check_one_at_a_time(world)
    _check_openings(world)
    _check_frozen(world)
    _check_closing(world)
    _check_replay(world)


def _rounds_of(world: World) -> list[tuple[RoundEvent, DecisionContext]]:
    return [(event, context) for event, context in world.happened if isinstance(event, RoundEvent)]


def _check_one_at_a_time(world: World) -> None:
    going_on: set[str] = set()
    for event, _ in _rounds_of(world):
        if isinstance(event, RoundPrepared):
            going_on.add(event.round)
        elif isinstance(event, RoundClosed | RoundCancelled):
            going_on.discard(event.round)
        assert len(going_on) <= 1
    assert {name for name, found in world.rounds.rounds.items() if found.is_active} == going_on


def _check_openings(world: World) -> None:
    """Nothing opens without the gates, too few raters, or too soon; a LEAD alone is attributed."""
    invited: dict[str, dict[str, Perspective]] = {}
    last: RoundOpened | None = None
    lost = {
        event.round
        for event, _ in _rounds_of(world)
        if isinstance(event, RoundCancelled) and event.reason == "key_lost"
    }
    for event, context in _rounds_of(world):
        match event:
            case RaterInvited():
                invited.setdefault(event.round, {})[event.invitation] = event.perspective
                assert len(invited[event.round]) <= INVITATIONS_MAX
            case InvitationRevoked():
                del invited[event.round][event.invitation]
            case RoundOpened():
                assert context.rules is not None
                assert context.rules.consented
                assert context.rules.assessed
                people = Counter(invited[event.round].values())
                leads = [k for k, side in invited[event.round].items() if side is Perspective.LEAD]
                assert event.attributed == (leads[0] if len(leads) == 1 else None)
                assert all(n >= 2 or (side is Perspective.LEAD) for side, n in people.items())
                assert sum(n for side, n in people.items() if n > 1) >= event.floors.raters
                if last is not None:
                    assert event.on >= months_after(last.on, MONTHS)
                if event.round not in lost:
                    last = event
            case _:
                pass


def _check_frozen(world: World) -> None:
    """From opening on: the floors stay, nobody is invited or taken back, and the end only moves on."""
    opened: dict[str, datetime] = {}
    for event, _ in _rounds_of(world):
        match event:
            case RoundOpened():
                assert event.round not in opened
                opened[event.round] = event.closes_at
                assert event.floors.raters >= FLOORS.raters
            case RaterInvited() | InvitationRevoked():
                assert event.round not in opened
            case RoundExtended() if event.round in opened:
                assert event.closes_at > opened[event.round]
                opened[event.round] = event.closes_at
            case _:
                pass
    frozen = {event.round: event.floors for event, _ in _rounds_of(world) if isinstance(event, RoundOpened)}
    assert {name: world.rounds.rounds[name].floors for name in frozen} == frozen


def _check_closing(world: World) -> None:
    """After RoundClosing, nothing but the closing itself or the loss of the key; by date never before it."""
    closing: str | None = None
    ends: dict[str, datetime] = {}
    for event, context in _rounds_of(world):
        if closing is not None:
            assert event.round == closing
            assert isinstance(event, RoundClosed) or (
                isinstance(event, RoundCancelled) and event.reason == "key_lost"
            )
            closing = None
        if isinstance(event, RoundOpened | RoundExtended):
            ends[event.round] = event.closes_at
        if isinstance(event, RoundClosing):
            closing = event.round
            assert not event.by_date or context.now >= ends[event.round]


def _check_replay(world: World) -> None:
    """Every event through its bytes gives the same state."""
    state, mapper = ROUNDS.initial, EventMapper(OneKey())
    evolve: Any = ROUNDS.evolve
    for number, (event, context) in enumerate(world.happened, 1):
        if not isinstance(event, RoundEvent | EmploymentEvent | PortfolioEvent):
            continue
        recorded = Recorded(
            stream=f"round-{PERSON}", version=number, event=event, at=context.now, by=context.sender
        )
        state = evolve(state, mapper.to_domain_event(mapper.to_stored_event(recorded)).event)
    assert state == world.rounds


def test_the_steps_do_reach_openings_closings_and_a_second_round() -> None:
    day = timedelta(0)
    world = lived(
        [
            ("prepare", 0, day),
            ("three peers", 0, day),
            ("open", 0, day),
            ("leave", 0, timedelta(days=1)),
            (CLOSER, 0, day),
            ("return", 0, day),
            ("prepare", 0, timedelta(days=190)),
            ("three peers", 1, day),
            ("open", 1, day),
            ("due", 1, timedelta(days=20)),
            (CLOSER, 0, day),
        ]
    )
    assert [found.status for found in world.rounds.rounds.values()] == ["CLOSED", "CLOSED"]
    closings = [event for event, _ in world.happened if isinstance(event, RoundClosing)]
    assert [(event.by_leaving, event.by_date) for event in closings] == [(True, False), (False, True)]
