"""Decides on portfolios; each kind of command and event has its own decider.py."""

from typing import Final, assert_never, get_args

from msgspec.structs import replace

from events.catalog.employment import (
    EmploymentEnded,
    EmploymentEvent,
    ProfessionalRegistered,
    TeamJoined,
    TeamLeft,
)
from events.catalog.policy import PolicyAdopted, PolicyEvent
from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.conversations import ConversationEvent
from events.catalog.portfolio.energy import EnergyEvent
from events.catalog.portfolio.evidence import EvidenceEvent
from events.catalog.portfolio.goals import GoalEvent
from events.catalog.portfolio.insights import InsightEvent
from events.catalog.portfolio.life import LifeEvent
from events.catalog.portfolio.sharing import SharingEvent
from events.catalog.portfolio.talents import TalentEvent
from events.catalog.rounds import RoundEvent
from services.contexts.portfolio.conversations.commands import ConversationCommand
from services.contexts.portfolio.conversations.decider import decide_conversation, evolve_conversation
from services.contexts.portfolio.energy.commands import EnergyCommand
from services.contexts.portfolio.energy.decider import decide_energy, evolve_energy
from services.contexts.portfolio.evidence.commands import EvidenceCommand
from services.contexts.portfolio.evidence.decider import decide_evidence, evolve_evidence
from services.contexts.portfolio.goals.commands import GoalCommand
from services.contexts.portfolio.goals.decider import decide_goal, evolve_goal
from services.contexts.portfolio.insights.commands import InsightCommand
from services.contexts.portfolio.insights.decider import decide_insight, evolve_insight, mirrors_after
from services.contexts.portfolio.life.commands import LifeCommand
from services.contexts.portfolio.life.decider import decide_life, evolve_life
from services.contexts.portfolio.sharing.commands import SharingCommand
from services.contexts.portfolio.sharing.decider import decide_sharing, evolve_sharing
from services.contexts.portfolio.state import Portfolio
from services.contexts.portfolio.talents.commands import TalentCommand
from services.contexts.portfolio.talents.decider import decide_talent, evolve_talent
from services.decisions.active_round import active_after
from services.decisions.command import DecisionContext
from services.decisions.decider import Decider, event_types_of

AnyPortfolioCommand = (
    LifeCommand
    | TalentCommand
    | EnergyCommand
    | EvidenceCommand
    | InsightCommand
    | GoalCommand
    | ConversationCommand
    | SharingCommand
)


def decide(  # noqa: PLR0911 - one for each kind of command
    command: AnyPortfolioCommand, state: Portfolio, context: DecisionContext
) -> tuple[PortfolioEvent | RoundEvent, ...]:
    """Return the events of the command. Raises RejectedError."""
    if isinstance(command, LifeCommand):
        return decide_life(command, state, context)
    if isinstance(command, TalentCommand):
        return decide_talent(command, state, context)
    if isinstance(command, EnergyCommand):
        return decide_energy(command, state, context)
    if isinstance(command, EvidenceCommand):
        return decide_evidence(command, state, context)
    if isinstance(command, InsightCommand):
        return decide_insight(command, state, context)
    if isinstance(command, GoalCommand):
        return decide_goal(command, state, context)
    if isinstance(command, ConversationCommand):
        return decide_conversation(command, state, context)
    if isinstance(command, SharingCommand):
        return decide_sharing(command, state, context)
    assert_never(command)


def evolve(state: Portfolio, event: PortfolioEvent | EmploymentEvent | PolicyEvent | RoundEvent) -> Portfolio:
    """Return the portfolio after an event; an event about something unknown changes nothing."""
    if isinstance(event, EmploymentEvent):
        return _evolve_employment(state, event)
    if isinstance(event, RoundEvent):
        mirrors = mirrors_after(state.mirrors, event)
        return replace(state, round=active_after(state.round, event), mirrors=mirrors)
    if isinstance(event, PolicyAdopted):
        return replace(state, sharing_days_max=event.sharing_days_max)
    if isinstance(event, PolicyEvent):
        return state  # no other rule matters for a portfolio
    return replace(_evolve_portfolio(state, event), version=state.version + 1)


def _evolve_employment(state: Portfolio, event: EmploymentEvent) -> Portfolio:
    match event:
        case ProfessionalRegistered():
            return replace(state, employed=True)
        case EmploymentEnded():
            return replace(state, employed=False)
        case TeamJoined(team=team):
            return replace(state, teams=state.teams | {team})
        case TeamLeft(team=team):
            return replace(state, teams=state.teams - {team})
        case _:
            assert_never(event)


def _evolve_portfolio(  # noqa: PLR0911 - one for each kind of event
    state: Portfolio, event: PortfolioEvent
) -> Portfolio:
    if isinstance(event, LifeEvent):
        return evolve_life(state, event)
    if isinstance(event, TalentEvent):
        return evolve_talent(state, event)
    if isinstance(event, EnergyEvent):
        return evolve_energy(state, event)
    if isinstance(event, EvidenceEvent):
        return evolve_evidence(state, event)
    if isinstance(event, InsightEvent):
        return evolve_insight(state, event)
    if isinstance(event, GoalEvent):
        return evolve_goal(state, event)
    if isinstance(event, ConversationEvent):
        return evolve_conversation(state, event)
    if isinstance(event, SharingEvent):
        return evolve_sharing(state, event)
    assert_never(event)


DECIDER: Final = Decider[AnyPortfolioCommand, Portfolio, PortfolioEvent | RoundEvent](
    commands=get_args(AnyPortfolioCommand),
    reads=event_types_of(PortfolioEvent, EmploymentEvent, PolicyEvent, RoundEvent),
    initial=Portfolio(),
    decide=decide,
    evolve=evolve,
    cached_a_minute=True,
)
