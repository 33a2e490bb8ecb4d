"""How facts become rows: each is kept with its moment, and what ends gets the moment of its end."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from events.catalog.employment import TeamJoined, TeamLeft
from events.catalog.portfolio.conversations import AgreementConfirmed, ConversationHeld, ConversationPlanned
from events.catalog.portfolio.energy import EnergySourceNoted, EnergySourceRemoved, PassionLetGo, PassionNamed
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
from events.catalog.registry import Event
from events.codec import Forgotten
from events.streams import Stream
from projections.changes import Changes
from projections.view import Fact, View
from projections.views.profile import tables as t
from projections.views.profile.rows import GoalChanged


def fold(fact: Fact, changes: Changes) -> None:
    """Write the rows of one fact; what is not about a portfolio is about teams and employment."""
    recorded = fact.recorded
    event, at, ordinal = recorded.event, recorded.at, fact.ordinal
    if isinstance(event, Forgotten):
        changes.empty()
        return
    if Stream.parse(recorded.stream).category != "portfolio":
        _fold_employment(event, changes)
        return
    changes.put(t.VERSIONS, version=recorded.version, at=at)
    _fold_standing(event, at, ordinal, changes)
    _fold_talent(event, at, ordinal, changes)
    _fold_item(event, at, ordinal, changes)
    _fold_end(event, at, changes)
    _fold_goal(event, at, ordinal, changes)
    _fold_conversation(event, at, ordinal, changes)
    _fold_sharing(event, at, ordinal, changes)


def _fold_employment(event: Event, changes: Changes) -> None:
    match event:
        case TeamJoined(team=team, on=on):
            changes.put(t.MEMBERSHIPS, team=team, joined_on=on)
        case TeamLeft(team=team):
            changes.drop(t.MEMBERSHIPS, team=team)
        case _:
            pass


def _fold_standing(event: Event, at: datetime, ordinal: int, changes: Changes) -> None:
    language: str | None = None
    match event:
        case PortfolioOpened():
            state, language = "OPEN", event.language
        case PortfolioResumed():
            state = "OPEN"
        case PortfolioPaused():
            state = "PAUSED"
        case PortfolioClosed():
            state = "CLOSED"
        case _:
            return
    changes.put(t.STANDINGS, ordinal=ordinal, at=at, state=state, language=language)


def _fold_talent(event: Event, at: datetime, ordinal: int, changes: Changes) -> None:
    if not isinstance(event, TalentClaimed | TalentRevised):
        return
    talent = event.talent
    if isinstance(event, TalentClaimed):
        words = {"name": event.name, "name_en": event.name_en, "term": event.term}
        times = {"claimed_at": at, "set_aside_at": None}
        changes.put(t.TALENTS, ordinal=ordinal, talent=talent, **words, **times)
    numbers = {"strength": event.strength, "energy": event.energy, "use": event.use}
    changes.put(t.READINGS, ordinal=ordinal, talent=talent, at=at, **numbers, story=event.story)


def _fold_item(event: Event, at: datetime, ordinal: int, changes: Changes) -> None:
    match event:
        case ProfileStatementWritten(statement=statement, text=text):
            changes.put(t.STATEMENTS, ordinal=ordinal, statement=statement, text=text, written_at=at)
        case EnergySourceNoted():
            changes.put(
                t.ENERGY_SOURCES,
                ordinal=ordinal,
                source=event.source,
                kind=event.kind,
                activity=event.activity,
                hours_per_week=event.hours_per_week,
                talents=_json(event.talents),
                noted_at=at,
                removed_at=None,
            )
        case PassionNamed(passion=passion, text=text):
            changes.put(t.PASSIONS, ordinal=ordinal, passion=passion, text=text, named_at=at, let_go_at=None)
        case EvidenceAdded():
            changes.put(
                t.EVIDENCE,
                ordinal=ordinal,
                evidence=event.evidence,
                kind=event.kind,
                title=event.title,
                link=event.link,
                text=event.text,
                talents=_json(event.talents),
                added_at=at,
                withdrawn_at=None,
            )
        case ReflectionWritten(reflection=reflection, text=text, about=about):
            written = {"about": _json(about), "written_at": at}
            changes.put(t.REFLECTIONS, ordinal=ordinal, reflection=reflection, text=text, **written)
        case _:
            pass


def _fold_end(event: Event, at: datetime, changes: Changes) -> None:
    match event:
        case TalentSetAside(talent=talent):
            changes.set(t.TALENTS, talent=talent, set_aside_at=at)
        case EnergySourceRemoved(source=source):
            changes.set(t.ENERGY_SOURCES, source=source, removed_at=at)
        case PassionLetGo(passion=passion):
            changes.set(t.PASSIONS, passion=passion, let_go_at=at)
        case EvidenceWithdrawn(evidence=evidence):
            changes.set(t.EVIDENCE, evidence=evidence, withdrawn_at=at)
        case _:
            pass


def _fold_goal(event: Event, at: datetime, ordinal: int, changes: Changes) -> None:
    if isinstance(event, GoalSet):
        wording = {"text": event.text, "horizon": event.horizon, "insights": _json(event.insights)}
        changes.put(t.GOALS, ordinal=ordinal, goal=event.goal, **wording, set_at=at)
        return
    match event:
        case GoalSharpened(goal=goal, text=text, horizon=horizon):
            changed = GoalChanged(text=text, horizon=horizon)
        case GoalProgressNoted(goal=goal, progress=progress):
            changed = GoalChanged(progress=progress)
        case GoalReached(goal=goal):
            changed = GoalChanged(state="REACHED")
        case GoalLetGo(goal=goal):
            changed = GoalChanged(state="LET_GO")
        case GoalOfferedToTeam(goal=goal, team=team, wording=offered_as):
            changed = GoalChanged(offered_team=team, offered_as=offered_as)
        case GoalOfferTakenBack(goal=goal):
            changed = GoalChanged(offered_team=None, offered_as=None)
        case _:
            return
    changes.put(t.GOAL_CHANGES, ordinal=ordinal, goal=goal, at=at, changed=_json(changed))


def _fold_conversation(event: Event, at: datetime, ordinal: int, changes: Changes) -> None:
    match event:
        case ConversationPlanned(conversation=conversation, other=other, planned_for=planned_for):
            changes.put(
                t.CONVERSATIONS,
                ordinal=ordinal,
                conversation=conversation,
                other=other,
                planned_for=planned_for,
                planned_at=at,
                held_on=None,
                held_at=None,
            )
        case ConversationHeld(conversation=conversation, held_on=held_on, agreements=agreements):
            changes.set(t.CONVERSATIONS, conversation=conversation, held_on=held_on, held_at=at)
            for place, made in enumerate(agreements):
                changes.put(
                    t.AGREEMENTS,
                    ordinal=ordinal,
                    place=place,
                    agreement=made.agreement,
                    conversation=conversation,
                    held_on=held_on,
                    text=made.text,
                    made_at=at,
                    confirmed_at=None,
                )
        case AgreementConfirmed(agreement=agreement):
            changes.set(t.AGREEMENTS, agreement=agreement, confirmed_at=at)
        case _:
            pass


def _fold_sharing(event: Event, at: datetime, ordinal: int, changes: Changes) -> None:
    match event:
        case ItemShared():
            changes.put(
                t.SHARINGS,
                ordinal=ordinal,
                sharing=event.sharing,
                item=event.item,
                kind=event.kind,
                audience=event.audience,
                people=_json(event.people),
                team=event.team,
                with_energy=event.with_energy,
                until=event.until,
                shared_at=at,
                ended_at=None,
            )
        case ItemSharingEnded(sharing=sharing):
            changes.set(t.SHARINGS, sharing=sharing, ended_at=at)
        case InsightConsentGiven(scopes=scopes, notice_version=notice):
            given = {"scopes": _json(scopes), "notice_version": notice}
            changes.put(t.CONSENTS, ordinal=ordinal, at=at, **given)
        case InsightConsentWithdrawn():
            changes.put(t.CONSENTS, ordinal=ordinal, at=at, scopes=None, notice_version=None)
        case _:
            pass


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


VIEW: Final = View(
    name="profile",
    version=t.VERSION,
    categories=frozenset({"portfolio", "employment"}),
    tables=t.ALL,
    fold=fold,
)
