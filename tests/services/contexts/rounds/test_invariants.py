"""What holds of every history of rounds, in whatever order things happen (privacy rules 3, 4, 10, 23)."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from events.catalog.employment import EmploymentEvent
from events.catalog.portfolio import PortfolioEvent
from events.catalog.registry import Event
from events.catalog.rounds import (
    InvitationRevoked,
    MirrorReleased,
    RaterInvited,
    RoundCancelled,
    RoundClosed,
    RoundClosing,
    RoundEvent,
    RoundExtended,
    RoundInboxDestroyed,
    RoundOpened,
    RoundPrepared,
)
from events.codec import EventMapper, Recorded
from kit.ids import derived_id
from rules.feedback.mirror import MirrorContents
from rules.feedback.questions import INVITATIONS_MAX, Perspective, RoundFloors
from services.contexts.employment.commands import RecordEmploymentEnded, RegisterProfessional
from services.contexts.employment.decider import DECIDER as EMPLOYMENT
from services.contexts.portfolio.decider import DECIDER as PORTFOLIO
from services.contexts.portfolio.life.commands import (
    ClosePortfolio,
    OpenPortfolio,
    PausePortfolio,
    ResumePortfolio,
)
from services.contexts.rounds.commands import (
    CancelLostRound,
    CancelRound,
    CloseDueRound,
    CloseRound,
    ExtendRound,
    InviteRater,
    OpenRound,
    PrepareRound,
    RaterInput,
    RemindRaters,
    RevokeInvitation,
)
from services.contexts.rounds.decider import DECIDER as ROUNDS
from services.contexts.rounds.opening import months_after
from services.contexts.rounds.state import Rounds
from services.decisions.command import Command, DecisionContext
from services.decisions.decider import AnyDecider
from services.decisions.refusals import RejectedError
from services.handling.registry import decider_of
from tests.events.golden import OneKey
from tests.services.contexts.rounds.house import AT_WORK, FLOORS, LENS_VERSION, RULES
from tests.spec import COLLEAGUE, NOW, PERSON

MONTHS = 6
CLOSER = "the keeper closes"
SIDES = ("PEER", "LEAD", "REPORT", "CLIENT")
STEPS = (
    *(
        "prepare",
        "invite",
        "invite",
        "three peers",
        "revoke",
        "open",
        "open",
        "extend",
        "remind",
        "close",
        "due",
    ),
    *("cancel", "lost", CLOSER, "leave", "return", "pause", "resume", "close portfolio", "no consent"),
    "other floors",
)


class World:
    """One person's streams, and the moment; every event with the moment and the context it was decided in."""

    def __init__(self) -> None:
        self.now = NOW
        self.number = 0
        self.happened: list[tuple[Event, DecisionContext]] = []
        self.rounds: Rounds = ROUNDS.initial
        self.states: list[tuple[AnyDecider, Any]] = [
            (ROUNDS, ROUNDS.initial),
            (EMPLOYMENT, EMPLOYMENT.initial),
            (PORTFOLIO, PORTFOLIO.initial),
        ]
        for command in (
            RegisterProfessional(employee_number="e", name="Fenna", email="fenna@example.org"),
            OpenPortfolio(language="NL"),
        ):
            self.send(command, AT_WORK)

    def context(self, **changes: object) -> DecisionContext:
        self.number += 1
        new = derived_id("test", str(self.number))
        return replace(AT_WORK, **{"new": new, "now": self.now, "today": self.now.date(), **changes})

    def send(self, command: Command, context: DecisionContext) -> None:
        assert command.refusals() == []
        decider = decider_of(command)
        state = next(state for kind, state in self.states if kind is decider)
        try:
            events = decider.decide(command, state, context)
        except RejectedError:
            return
        self.happen(events, context)

    def happen(self, events: tuple[Event, ...], context: DecisionContext) -> None:
        for event in events:
            self.happened.append((event, context))
            self.states = [
                (kind, kind.evolve(state, event) if isinstance(event, kind.reads) else state)
                for kind, state in self.states
            ]
        self.rounds = next(state for kind, state in self.states if kind is ROUNDS)

    def close(self) -> None:
        """What the keeper appends: it writes to a round that is closing, and to no other."""
        found = self.rounds.active
        if found is not None and found[1].status == "CLOSING":
            name = found[0]
            events = (
                RoundClosed(round=name),
                MirrorReleased(round=name, mirror=name, contents=MirrorContents()),
                RoundInboxDestroyed(round=name),
            )
            self.happen(events, self.context())


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[str, int, timedelta]]:
    names = st.sampled_from(STEPS)
    waits = st.sampled_from([timedelta(0), timedelta(hours=7), timedelta(days=20), timedelta(days=190)])
    return draw(st.lists(st.tuples(names, st.integers(0, 3), waits), max_size=30))


def lived(asked: list[tuple[str, int, timedelta]]) -> World:
    world = World()
    for name, pick, wait in asked:
        world.now += wait
        _take(world, name, pick)
    return world


def _take(world: World, step: str, pick: int) -> None:
    known = [*world.rounds.rounds, "0" * 32]
    name = known[-2] if len(known) > 1 and pick else known[pick % len(known)]
    invited = [*world.rounds.rounds[name].invitations] if name in world.rounds.rounds else []
    soon = world.now + timedelta(days=10 + pick)
    commands: dict[str, Command] = {
        "prepare": PrepareRound(lens_version_id=LENS_VERSION, closes_at=soon),
        "invite": InviteRater(
            round_id=name, perspective=SIDES[pick], rater=RaterInput(colleague_id=COLLEAGUE)
        ),
        "revoke": RevokeInvitation(round_id=name, invitation_id=(invited or ["x"])[0]),
        "open": OpenRound(round_id=name),
        "extend": ExtendRound(round_id=name, closes_at=soon + timedelta(days=40)),
        "remind": RemindRaters(round_id=name),
        "close": CloseRound(round_id=name),
        "due": CloseDueRound(subject=PERSON, round_id=name),
        "cancel": CancelRound(round_id=name),
        "lost": CancelLostRound(subject=PERSON, round_id=name),
        "leave": RecordEmploymentEnded(employee_number="e", on=world.now.date()),
        "return": RegisterProfessional(employee_number="e", name="Fenna", email="fenna@example.org"),
        "pause": PausePortfolio(),
        "resume": ResumePortfolio(),
        "close portfolio": ClosePortfolio(),
    }
    match step:
        case "three peers":
            for _ in range(3):
                peer = InviteRater(
                    round_id=name, perspective="PEER", rater=RaterInput(colleague_id=COLLEAGUE)
                )
                world.send(peer, world.context())
        case "no consent":
            rules = replace(RULES, consented=bool(pick & 1), assessed=bool(pick & 2))
            world.send(commands["open"], world.context(rules=rules))
        case "other floors":
            higher = RoundFloors(raters=4, clients=6, comments=4)
            world.send(commands["open"], world.context(rules=replace(RULES, floors=higher)))
        case str() if step == CLOSER:
            world.close()
        case _:
            world.send(commands[step], world.context())


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
