"""Histories of one person: rounds, employment and portfolio, with everything that can happen to them."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from events.catalog.registry import Event
from events.catalog.rounds import (
    MirrorReleased,
    RoundClosed,
    RoundInboxDestroyed,
)
from kit.ids import derived_id
from rules.feedback.mirror import MirrorContents
from rules.feedback.questions import RoundFloors
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
from services.contexts.rounds.state import Rounds
from services.decisions.command import Command, DecisionContext
from services.decisions.decider import AnyDecider
from services.decisions.refusals import RejectedError
from services.handling.registry import decider_of
from tests.services.contexts.rounds.house import AT_WORK, LENS_VERSION, RULES
from tests.spec import COLLEAGUE, NOW, PERSON

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
        "close portfolio": ClosePortfolio(for_good=True),
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
