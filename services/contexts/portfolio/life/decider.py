"""Decides on a portfolio as a whole: opening, pausing, closing, statement and corrections."""

from typing import assert_never

from msgspec.structs import replace

from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.goals import GoalOfferTakenBack
from events.catalog.portfolio.life import (
    CorrectionRecorded,
    LifeEvent,
    PortfolioClosed,
    PortfolioOpened,
    PortfolioPaused,
    PortfolioResumed,
    ProfileStatementWritten,
)
from events.catalog.portfolio.sharing import InsightConsentWithdrawn
from events.catalog.rounds import RoundEvent
from rules.commands import Refusal
from rules.kinds import Language
from rules.timeline import entry_id
from services.contexts.portfolio.life.commands import (
    ClosePortfolio,
    LifeCommand,
    OpenPortfolio,
    PausePortfolio,
    RecordCorrection,
    ResumePortfolio,
    WriteProfileStatement,
)
from services.contexts.portfolio.refusals import (
    already_so,
    change_refusals,
    closed_refusals,
    not_found,
    wrong_state,
)
from services.contexts.portfolio.sharing.decider import sharings_ended
from services.contexts.portfolio.state import Goal, Portfolio, Statement
from services.decisions.active_round import cancelled_by_closing
from services.decisions.command import NOWHERE, DecisionContext
from services.decisions.refusals import RejectedError, reject_if


def decide_life(
    command: LifeCommand, state: Portfolio, context: DecisionContext
) -> tuple[PortfolioEvent | RoundEvent, ...]:
    match command:
        case OpenPortfolio():
            reject_if(_opening_refusals(state))
            return (PortfolioOpened(language=Language[command.language]),)
        case WriteProfileStatement():
            return (_written(command, state, context),)
        case RecordCorrection():
            return (_corrected(command, state, context),)
        case PausePortfolio():
            reject_if(_pausing_refusals(state))
            return (PortfolioPaused(),)
        case ResumePortfolio():
            reject_if(_resuming_refusals(state))
            return (PortfolioResumed(),)
        case ClosePortfolio():
            reject_if(_closing_refusals(command, state))
            return PortfolioClosed(), *_ended_by_closing(state), *cancelled_by_closing(state.round)
        case _:
            assert_never(command)


def evolve_life(state: Portfolio, event: LifeEvent) -> Portfolio:
    match event:
        case PortfolioOpened() | PortfolioResumed():
            return replace(state, status="OPEN")
        case PortfolioPaused():
            return replace(state, status="PAUSED")
        case PortfolioClosed():
            return replace(state, status="CLOSED")
        case ProfileStatementWritten():
            return state.with_new(event.statement, Statement(text=event.text))
        case CorrectionRecorded(version=version, text=text):
            return replace(state, corrections={**state.corrections, version: text})
        case _:
            assert_never(event)


def _opening_refusals(state: Portfolio) -> list[Refusal]:
    refusals = []
    if not state.employed:
        nl = "Je staat hier niet ingeschreven als professional. Vraag HR om je aan te melden."
        en = "You are not registered here as a professional. Ask HR to register you."
        refusals.append(wrong_state(nl=nl, en=en))
    if state.status == "CLOSED":
        refusals += closed_refusals(state)
    elif state.status != "NOT_OPENED":
        nl, en = "Je portfolio is al open.", "Your portfolio is open already."
        refusals.append(already_so(nl=nl, en=en))
    return refusals


def _written(
    command: WriteProfileStatement, state: Portfolio, context: DecisionContext
) -> ProfileStatementWritten:
    refusals, text = change_refusals(state), command.text.strip()
    existing = state.statement()
    if existing is not None and existing[1].text == text:
        nl, en = "Zo staat het er al.", "It says so already."
        refusals.append(already_so("text", nl=nl, en=en))
    reject_if(refusals)
    return ProfileStatementWritten(statement=existing[0] if existing is not None else context.new, text=text)


def _corrected(command: RecordCorrection, state: Portfolio, context: DecisionContext) -> CorrectionRecorded:
    owner, text = context.person or NOWHERE, command.text.strip()
    refusals = change_refusals(state)
    named = (
        number
        for number in range(1, state.version + 1)
        if entry_id(owner, number) == command.timeline_entry_id
    )
    version = next(named, None)
    if version is None:
        nl = "Dit staat niet in de geschiedenis van je portfolio."
        en = "This is not in the history of your portfolio."
        fact = not_found("timelineEntryId", nl=nl, en=en)
        raise RejectedError(*refusals, fact)
    if state.corrections.get(version) == text:
        nl, en = "Zo heb je het al rechtgezet.", "You have set it right so already."
        refusals.append(already_so("text", nl=nl, en=en))
    reject_if(refusals)
    return CorrectionRecorded(version=version, text=text)


def _pausing_refusals(state: Portfolio) -> list[Refusal]:
    if state.status != "PAUSED":
        return closed_refusals(state)
    nl, en = "Je portfolio staat al op pauze.", "Your portfolio is paused already."
    return [already_so(nl=nl, en=en)]


def _resuming_refusals(state: Portfolio) -> list[Refusal]:
    if state.status != "OPEN":
        return closed_refusals(state)
    nl, en = "Je portfolio staat niet op pauze.", "Your portfolio is not paused."
    return [already_so(nl=nl, en=en)]


def _closing_refusals(command: ClosePortfolio, state: Portfolio) -> list[Refusal]:
    if state.status == "CLOSED":
        nl, en = "Je portfolio is al gesloten.", "Your portfolio is closed already."
        return [already_so(nl=nl, en=en)]
    refusals = closed_refusals(state)
    if not refusals and not command.for_good:
        nl = "Een gesloten portfolio gaat nooit meer open. Bevestig dat je het voorgoed sluit."
        en = "A closed portfolio never opens again. Confirm that you close it for good."
        refusals.append(Refusal(code="CONFIRMATION_NEEDED", nl=nl, en=en, field=("forGood",)))
    return refusals


def _ended_by_closing(state: Portfolio) -> tuple[PortfolioEvent, ...]:
    """
    Return the end of everything that others see of it: sharings, offers, and the consent to be counted.

    The owner could not end these later, because a closed portfolio takes no more changes.
    """
    offers = tuple(
        GoalOfferTakenBack(goal=name, reason="portfolio_closed")
        for name, item in state.items.items()
        if isinstance(item, Goal) and item.offered_to is not None
    )
    counted = (InsightConsentWithdrawn(),) if state.consent is not None else ()
    return *sharings_ended(state, "portfolio_closed"), *offers, *counted
