"""What each event makes of a portfolio. Total: an event about something unknown changes nothing of it."""

from typing import Any, Final, assert_never

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
from events.catalog.portfolio.conversations import AgreementConfirmed, ConversationHeld, ConversationPlanned
from events.catalog.portfolio.energy import (
    EnergySourceNoted,
    EnergySourceRemoved,
    PassionLetGo,
    PassionNamed,
)
from events.catalog.portfolio.evidence import EvidenceAdded, EvidenceWithdrawn, ReflectionWritten
from events.catalog.portfolio.goals import (
    GoalLetGo,
    GoalOfferedToTeam,
    GoalOfferTakenBack,
    GoalProgressNoted,
    GoalReached,
    GoalSet,
    GoalSharpened,
)
from events.catalog.portfolio.life import (
    CorrectionRecorded,
    PortfolioClosed,
    PortfolioOpened,
    PortfolioPaused,
    PortfolioResumed,
    ProfileStatementWritten,
)
from events.catalog.portfolio.sharing import (
    InsightConsentGiven,
    InsightConsentWithdrawn,
    ItemShared,
    ItemSharingEnded,
)
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from services.portfolio.state import (
    Agreement,
    Conversation,
    EnergySource,
    Evidence,
    Goal,
    Item,
    Passion,
    Portfolio,
    Reflection,
    Sharing,
    Statement,
    Talent,
)

AnyEvent = PortfolioEvent | EmploymentEvent | PolicyEvent
LifeEvent = (
    PortfolioOpened
    | PortfolioPaused
    | PortfolioResumed
    | PortfolioClosed
    | CorrectionRecorded
    | InsightConsentGiven
    | InsightConsentWithdrawn
)
NewItemEvent = (
    ProfileStatementWritten
    | TalentClaimed
    | EnergySourceNoted
    | PassionNamed
    | EvidenceAdded
    | ReflectionWritten
    | GoalSet
    | ConversationPlanned
)
GoneEvent = TalentSetAside | EnergySourceRemoved | PassionLetGo | EvidenceWithdrawn | GoalLetGo
ChangeEvent = (
    TalentRevised | GoalSharpened | GoalProgressNoted | GoalReached | GoalOfferedToTeam | GoalOfferTakenBack
)
BetweenEvent = ConversationHeld | AgreementConfirmed | ItemShared | ItemSharingEnded

_NOTHING: Final = ""
"""An agreement's other party when the conversation is unknown: nobody's id."""


def evolve(state: Portfolio, event: AnyEvent) -> Portfolio:
    if isinstance(event, EmploymentEvent):
        return _employment(state, event)
    if isinstance(event, PolicyEvent):
        # Of the other rules nothing is decided here.
        if isinstance(event, PolicyAdopted):
            return replace(state, sharing_days_max=event.sharing_days_max)
        return state
    return replace(_portfolio(state, event), version=state.version + 1)


def _employment(state: Portfolio, event: EmploymentEvent) -> Portfolio:
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


def _portfolio(state: Portfolio, event: PortfolioEvent) -> Portfolio:
    if isinstance(event, LifeEvent):
        return _life(state, event)
    if isinstance(event, NewItemEvent):
        name, item = _new_item(event)
        return replace(state, items={**state.items, name: item})
    if isinstance(event, GoneEvent):
        return _with(state, _gone(event), gone=True)
    if isinstance(event, ChangeEvent):
        return _changed(state, event)
    return _between(state, event)


def _life(state: Portfolio, event: LifeEvent) -> Portfolio:
    match event:
        case PortfolioOpened() | PortfolioResumed():
            return replace(state, standing="OPEN")
        case PortfolioPaused():
            return replace(state, standing="PAUSED")
        case PortfolioClosed():
            return replace(state, standing="CLOSED")
        case CorrectionRecorded(version=version, text=text):
            return replace(state, corrections={**state.corrections, version: text})
        case InsightConsentGiven():
            return replace(state, consent=event)
        case InsightConsentWithdrawn():
            return replace(state, consent=None)
        case _:
            assert_never(event)


def _new_item(event: NewItemEvent) -> tuple[str, Item]:  # noqa: PLR0911 - one for each kind of item
    match event:
        case ProfileStatementWritten():
            return event.statement, Statement(text=event.text)
        case TalentClaimed():
            return event.talent, Talent(
                name=event.name,
                name_en=event.name_en,
                term=event.term,
                strength=event.strength,
                energy=event.energy,
                use=event.use,
                story=event.story,
            )
        case EnergySourceNoted():
            return event.source, EnergySource(
                source_kind=event.kind, activity=event.activity, hours_per_week=event.hours_per_week
            )
        case PassionNamed():
            return event.passion, Passion(text=event.text)
        case EvidenceAdded():
            content = event.link or event.text or ""
            return event.evidence, Evidence(evidence_kind=event.kind, title=event.title, content=content)
        case ReflectionWritten():
            return event.reflection, Reflection(text=event.text, about=event.about)
        case GoalSet():
            return event.goal, Goal(text=event.text, horizon=event.horizon)
        case ConversationPlanned():
            return event.conversation, Conversation(other=event.other, planned_for=event.planned_for)
        case _:
            assert_never(event)


def _gone(event: GoneEvent) -> str:
    match event:
        case TalentSetAside():
            return event.talent
        case EnergySourceRemoved():
            return event.source
        case PassionLetGo():
            return event.passion
        case EvidenceWithdrawn():
            return event.evidence
        case GoalLetGo():
            return event.goal
        case _:
            assert_never(event)


def _changed(state: Portfolio, event: ChangeEvent) -> Portfolio:
    match event:
        case TalentRevised():
            return _with(
                state,
                event.talent,
                strength=event.strength,
                energy=event.energy,
                use=event.use,
                story=event.story,
            )
        case GoalSharpened():
            return _with(state, event.goal, text=event.text, horizon=event.horizon)
        case GoalProgressNoted():
            return _with(state, event.goal, progress=event.progress)
        case GoalReached():
            return _with(state, event.goal, reached=True)
        case GoalOfferedToTeam():
            return _with(state, event.goal, offered_to=event.team)
        case GoalOfferTakenBack():
            return _with(state, event.goal, offered_to=None)
        case _:
            assert_never(event)


def _between(state: Portfolio, event: BetweenEvent) -> Portfolio:
    match event:
        case ConversationHeld():
            return _held(state, event)
        case AgreementConfirmed(agreement=name):
            agreement = state.agreements.get(name)
            if agreement is None:
                return state
            return replace(state, agreements={**state.agreements, name: replace(agreement, confirmed=True)})
        case ItemShared():
            sharing = Sharing(
                item=event.item, people=frozenset(event.people), team=event.team, until=event.until
            )
            return replace(state, sharings={**state.sharings, event.sharing: sharing})
        case ItemSharingEnded(sharing=name):
            ended = state.sharings.get(name)
            if ended is None:
                return state
            return replace(state, sharings={**state.sharings, name: replace(ended, ended=True)})
        case _:
            assert_never(event)


def _held(state: Portfolio, event: ConversationHeld) -> Portfolio:
    conversation = state.item(Conversation, event.conversation)
    other = conversation.other if conversation is not None else _NOTHING
    made = {agreed.agreement: Agreement(other=other) for agreed in event.agreements}
    return _with(replace(state, agreements={**state.agreements, **made}), event.conversation, held=True)


def _with(state: Portfolio, name: str, **changes: Any) -> Portfolio:
    """Change an item that is there."""
    item = state.items.get(name)
    if item is None:
        return state
    return replace(state, items={**state.items, name: replace(item, **changes)})
