"""The fold of what people open to others: current items and offers, and since when what was open to whom."""

from typing import Any, Final

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered, TeamJoined, TeamLeft
from events.catalog.portfolio.energy import EnergySourceNoted, EnergySourceRemoved, PassionLetGo, PassionNamed
from events.catalog.portfolio.evidence import EvidenceAdded, EvidenceWithdrawn, ReflectionWritten
from events.catalog.portfolio.goals import (
    GoalLetGo,
    GoalOfferedToTeam,
    GoalOfferTakenBack,
    GoalReached,
    GoalSet,
    GoalSharpened,
)
from events.catalog.portfolio.insights import MirrorInsightKept
from events.catalog.portfolio.life import PortfolioClosed, PortfolioOpened, ProfileStatementWritten
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from events.catalog.registry import Event
from events.codec import Forgotten
from projections.changes import Changes
from projections.view import Fact, View
from projections.views.shared.tables import (
    EMPLOYED,
    ITEMS,
    MEMBERSHIPS,
    OFFERS,
    OPEN,
    PORTFOLIOS,
    PRESENCES,
    READINGS,
    SHARINGS,
    TO_ALL,
    VERSION,
)
from rules.kinds import ItemKind
from rules.names import plain_name

_NO_CONTENT: Final = dict.fromkeys(
    ("title", "title_en", "term", "text", "link", "strength", "energy", "use", "source_kind")
)


def fold(fact: Fact, changes: Changes) -> None:
    """Keep the current content of each item, who works here and in which team, and what is open to whom."""
    event = fact.recorded.event
    match event:
        case Forgotten():
            changes.empty()
        case PortfolioOpened():
            changes.put(PORTFOLIOS)
        case PortfolioClosed():
            changes.drop(PORTFOLIOS)
        case ItemShared():
            _fold_sharing(fact, event, changes)
        case ItemSharingEnded(sharing=sharing):
            changes.set(SHARINGS, sharing=sharing, ended_at=fact.recorded.at)
            changes.drop_all(OPEN, sharing=sharing)
        case _:
            _fold_employment(fact, changes)
            _fold_offer(fact, changes)
            _fold_reading(fact, changes)
            _fold_item(event, changes)
            _fold_end(event, changes)


def _fold_employment(fact: Fact, changes: Changes) -> None:
    match fact.recorded.event:
        case ProfessionalRegistered(name=name):
            changes.put(EMPLOYED, name=name, plain_name=plain_name(name))
            _put_presence(fact, changes, team=None, there=True)
        case EmploymentEnded():
            changes.drop(EMPLOYED)
            _put_presence(fact, changes, team=None, there=False)
        case TeamJoined(team=team):
            changes.put(MEMBERSHIPS, team=team, recorded_at=fact.recorded.at)
            _put_presence(fact, changes, team=team, there=True)
        case TeamLeft(team=team):
            changes.drop(MEMBERSHIPS, team=team)
            _put_presence(fact, changes, team=team, there=False)
        case _:
            pass


def _put_presence(fact: Fact, changes: Changes, *, team: str | None, there: bool) -> None:
    recorded = {"version": fact.recorded.version, "recorded_at": fact.recorded.at}
    changes.put(PRESENCES, team=team, there=there, **recorded)


def _fold_sharing(fact: Fact, event: ItemShared, changes: Changes) -> None:
    to = {"audience": event.audience, "team": event.team}
    opened = {"with_energy": event.with_energy, "until": event.until, "opened_at": fact.recorded.at}
    changes.put(SHARINGS, sharing=event.sharing, item=event.item, **to, **opened, ended_at=None)
    for whom in _open_to(event):
        changes.put(OPEN, item=event.item, whom=whom, sharing=event.sharing, **opened)


def _open_to(event: ItemShared) -> tuple[str, ...]:
    if event.audience == "people":
        return event.people
    if event.audience == "organisation":
        return (TO_ALL,)
    return (event.team,) if event.team else ()


def _fold_offer(fact: Fact, changes: Changes) -> None:
    match fact.recorded.event:
        case GoalOfferedToTeam(goal=goal, team=team, wording=wording):
            changes.put(OFFERS, goal=goal, team=team, wording=wording, offered_at=fact.recorded.at)
        case GoalOfferTakenBack(goal=goal) | GoalReached(goal=goal) | GoalLetGo(goal=goal):
            changes.drop(OFFERS, goal=goal)
        case _:
            pass


def _fold_reading(fact: Fact, changes: Changes) -> None:
    match fact.recorded.event:
        case TalentClaimed() | TalentRevised() as said:
            numbers = {"strength": said.strength, "energy": said.energy, "use": said.use}
            about = {"version": fact.recorded.version, "talent": said.talent, "said_at": fact.recorded.at}
            changes.put(READINGS, text=said.story, **about, **numbers)
        case _:
            pass


def _fold_item(event: Event, changes: Changes) -> None:  # noqa: C901 - one for each kind of item
    match event:
        case ProfileStatementWritten(statement=item, text=text):
            _put(changes, item, ItemKind.STATEMENT, text=text)
        case TalentClaimed():
            numbers = {"strength": event.strength, "energy": event.energy, "use": event.use}
            words = {"title": event.name, "title_en": event.name_en, "term": event.term}
            _put(changes, event.talent, ItemKind.TALENT, text=event.story, **words, **numbers)
        case TalentRevised():
            numbers = {"strength": event.strength, "energy": event.energy, "use": event.use}
            changes.set(ITEMS, item=event.talent, text=event.story, **numbers)
        case EnergySourceNoted(source=item, activity=text, kind=kind):
            _put(changes, item, ItemKind.ENERGY_SOURCE, text=text, source_kind=kind)
        case PassionNamed(passion=item, text=text):
            _put(changes, item, ItemKind.PASSION, text=text)
        case EvidenceAdded(evidence=item, title=title, text=story, link=link):
            _put(changes, item, ItemKind.EVIDENCE, title=title, text=story, link=link)
        case ReflectionWritten(reflection=item, text=text):
            _put(changes, item, ItemKind.REFLECTION, text=text)
        case MirrorInsightKept(insight=item, conclusion=text):
            _put(changes, item, ItemKind.INSIGHT, text=text)
        case GoalSet(goal=item, text=text):
            _put(changes, item, ItemKind.GOAL, text=text)
        case GoalSharpened(goal=item, text=text):
            changes.set(ITEMS, item=item, text=text)
        case _:
            pass


def _fold_end(event: Event, changes: Changes) -> None:
    match event:
        case (
            TalentSetAside(talent=item)
            | EnergySourceRemoved(source=item)
            | PassionLetGo(passion=item)
            | EvidenceWithdrawn(evidence=item)
            | GoalLetGo(goal=item)
        ):
            changes.drop(ITEMS, item=item)
        case _:  # other events of these streams, which other views show
            pass


def _put(changes: Changes, item: str, kind: ItemKind, **content: Any) -> None:
    changes.put(ITEMS, item=item, kind=kind, **(_NO_CONTENT | content))


VIEW: Final = View(
    name="shared",
    version=VERSION,
    categories=frozenset({"portfolio", "employment"}),
    tables=(
        EMPLOYED,
        PRESENCES,
        MEMBERSHIPS,
        PORTFOLIOS,
        ITEMS,
        READINGS,
        SHARINGS,
        OPEN,
        OFFERS,
    ),
    fold=fold,
)
