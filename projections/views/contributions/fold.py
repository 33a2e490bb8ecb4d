"""How events become contributions: each fact is a row of its own, and none replaces another."""

from typing import Final

from events.catalog.catalogue import TermAdopted, TermProposed, TermRetired, TermsMerged
from events.catalog.employment import EmploymentEnded, ProfessionalRegistered, TeamJoined, TeamLeft
from events.catalog.portfolio.life import PortfolioClosed, PortfolioOpened
from events.catalog.portfolio.sharing import (
    InsightConsentGiven,
    InsightConsentWithdrawn,
    ItemShared,
    ItemSharingEnded,
)
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from events.catalog.registry import Event
from events.catalog.team import TeamClosed, TeamFormed, TeamMoved, TeamReopened
from events.catalog.units import UnitClosed, UnitFormed, UnitMoved, UnitReopened
from events.codec import Forgotten
from events.streams import Stream
from projections.changes import Changes
from projections.view import Fact, View
from projections.views.contributions.tables import (
    CLAIMS,
    CLOSINGS,
    CONSENTS,
    EMPLOYMENTS,
    FORGOTTEN,
    MEMBERSHIPS,
    PLACES,
    PORTFOLIOS,
    READINGS,
    SHARINGS,
    TABLES,
    TERM_STATES,
    TERMS,
    VERSION,
)
from rules.kinds import InsightScope, ItemKind


def fold(fact: Fact, changes: Changes) -> None:
    """Keep each fact that a release may be made from, with its ordinal."""
    event, ordinal = fact.recorded.event, fact.ordinal
    if isinstance(event, Forgotten):
        changes.empty()
        changes.put(FORGOTTEN)
        return
    match Stream.parse(fact.recorded.stream).category:
        case "employment":
            _fold_employment(event, ordinal, changes)
        case "portfolio":
            _fold_portfolio(event, ordinal, changes)
        case "catalogue":
            _fold_catalogue(event, ordinal, changes)
        case "units":
            _fold_units(event, ordinal, changes)
        case _:
            _fold_team(event, ordinal, fact.subject, changes)


def _fold_employment(event: Event, ordinal: int, changes: Changes) -> None:
    match event:
        case ProfessionalRegistered():
            changes.put(EMPLOYMENTS, ordinal=ordinal, works_here=True)
        case EmploymentEnded():
            changes.put(EMPLOYMENTS, ordinal=ordinal, works_here=False)
        case TeamJoined(team=team, on=on):
            changes.put(MEMBERSHIPS, team=team, ordinal=ordinal, joined_on=on)
        case TeamLeft(team=team):
            changes.put(MEMBERSHIPS, team=team, ordinal=ordinal, joined_on=None)
        case _:  # an event of a newer program
            pass


def _fold_portfolio(event: Event, ordinal: int, changes: Changes) -> None:
    match event:
        case PortfolioOpened():
            changes.put(PORTFOLIOS, ordinal=ordinal, is_open=True)
        case PortfolioClosed():
            changes.put(PORTFOLIOS, ordinal=ordinal, is_open=False)
        case InsightConsentGiven(scopes=scopes):
            agreed = {"talents": InsightScope.TALENTS in scopes, "energy": InsightScope.ENERGY in scopes}
            changes.put(CONSENTS, ordinal=ordinal, **agreed)
        case InsightConsentWithdrawn():
            changes.put(CONSENTS, ordinal=ordinal, talents=False, energy=False)
        case ItemShared(audience="organisation", kind=ItemKind.TALENT, item=talent):
            shared = {"talent": talent, "until": event.until, "ended_at": None}
            changes.put(SHARINGS, sharing=event.sharing, ordinal=ordinal, **shared)
        case ItemSharingEnded(sharing=sharing):
            changes.set(SHARINGS, sharing=sharing, ended_at=ordinal)
        case _:
            _fold_talent(event, ordinal, changes)


def _fold_talent(event: Event, ordinal: int, changes: Changes) -> None:
    match event:
        case TalentClaimed(talent=talent, strength=strength, energy=energy, term=term):
            if term is not None:
                changes.put(CLAIMS, talent=talent, ordinal=ordinal, term=term, set_aside_at=None)
                changes.put(READINGS, talent=talent, ordinal=ordinal, strength=strength, energy=energy)
        case TalentRevised(talent=talent, strength=strength, energy=energy):
            changes.put(READINGS, talent=talent, ordinal=ordinal, strength=strength, energy=energy)
        case TalentSetAside(talent=talent):
            changes.set(CLAIMS, talent=talent, set_aside_at=ordinal)
        case _:  # the rest of a portfolio is not counted
            pass


def _fold_catalogue(event: Event, ordinal: int, changes: Changes) -> None:
    match event:
        case TermProposed(term=term, cluster=cluster):
            changes.put(TERMS, term=term, ordinal=ordinal, cluster=cluster)
        case TermAdopted(term=term):
            changes.put(TERM_STATES, term=term, ordinal=ordinal, state="ADOPTED", merged_into=None)
        case TermRetired(term=term):
            changes.put(TERM_STATES, term=term, ordinal=ordinal, state="RETIRED", merged_into=None)
        case TermsMerged(terms=terms, into=into):
            for term in terms:
                changes.put(TERM_STATES, term=term, ordinal=ordinal, state="MERGED", merged_into=into)
        case _:  # words and addresses
            pass


def _fold_units(event: Event, ordinal: int, changes: Changes) -> None:
    match event:
        case UnitFormed(unit=unit, parent=parent) | UnitMoved(unit=unit, parent=parent):
            changes.put(PLACES, unit=unit, ordinal=ordinal, parent=parent)
        case UnitClosed(unit=unit):
            changes.put(CLOSINGS, unit=unit, ordinal=ordinal, is_closed=True)
        case UnitReopened(unit=unit):
            changes.put(CLOSINGS, unit=unit, ordinal=ordinal, is_closed=False)
        case _:  # names, keys, and teams that are to come
            pass


def _fold_team(event: Event, ordinal: int, team: str, changes: Changes) -> None:
    match event:
        case TeamFormed(unit=unit) | TeamMoved(unit=unit):
            changes.put(PLACES, unit=team, ordinal=ordinal, parent=unit)
        case TeamClosed():
            changes.put(CLOSINGS, unit=team, ordinal=ordinal, is_closed=True)
        case TeamReopened():
            changes.put(CLOSINGS, unit=team, ordinal=ordinal, is_closed=False)
        case _:  # names, and what a team does together
            pass


VIEW: Final = View(
    name="contributions",
    version=VERSION,
    categories=frozenset({"employment", "portfolio", "catalogue", "units", "team"}),
    tables=TABLES,
    fold=fold,
)
