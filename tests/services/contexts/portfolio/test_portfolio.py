"""Every command on a portfolio: its events, and its refusal in each wrong state."""

from typing import Any, Final

import pytest

from events.catalog.portfolio.conversations import AgreementConfirmed
from events.catalog.portfolio.energy import EnergySourceRemoved, PassionLetGo
from events.catalog.portfolio.evidence import EvidenceWithdrawn
from events.catalog.portfolio.goals import GoalLetGo, GoalReached
from events.catalog.portfolio.life import PortfolioClosed, PortfolioOpened, PortfolioPaused
from events.catalog.portfolio.sharing import ItemSharingEnded
from events.catalog.portfolio.talents import TalentSetAside
from events.catalog.registry import Event, category_of
from events.streams import Stream
from rules.agreements import agreement_id
from rules.kinds import Language
from rules.timeline import entry_id
from services.contexts.portfolio.decider import DECIDER
from services.contexts.portfolio.life.commands import ClosePortfolio, OpenPortfolio
from services.decisions.command import Command, DecisionContext
from services.handling.registry import read_command
from tests.services.contexts.portfolio.cases import CASES, OWNERS_INPUTS, WRONG, Case
from tests.services.contexts.portfolio.home import AS_COLLEAGUE, AT_WORK, HOME, OFFERED
from tests.spec import CONTEXT, NEW, PERSON, decide, given

PAUSED: Final[tuple[Event, ...]] = (PortfolioPaused(),)
CLOSED: Final[tuple[Event, ...]] = decide(HOME, ClosePortfolio(for_good=True))

IN_NO_TEAM: Final = {
    "shareItem": ("WRONG_STATE", "WRONG_STATE", "NOT_FOUND", "NOT_FOUND"),
    "offerGoalToTeam": ("WRONG_STATE", "NOT_FOUND", "NOT_FOUND"),
    "planConversation": ("WRONG_STATE", "WRONG_STATE"),
}
"""Somebody who never worked here has no team either, and can't share or plan anything with others."""


def asked(name: str, **changed: Any) -> Command:
    return read_command(name, {**OWNERS_INPUTS[name], **changed})


def by(name: str) -> DecisionContext:
    """The context of the person who sends this command."""
    return AS_COLLEAGUE if name == "confirmAgreement" else CONTEXT


def expect(events: tuple[Event, ...], case: Case, codes: tuple[str, ...]) -> None:
    when = given(*events).when(asked(case.name), by(case.name))
    if codes:
        when.refused(*codes)
    else:
        when.then(*case.happens)


def test_every_command_of_the_decider_has_its_case() -> None:
    public = {kind.wire_name() for kind in DECIDER.commands if not getattr(kind, "by_process", False)}
    assert set(OWNERS_INPUTS) == public


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_command_makes_happen(case: Case) -> None:
    given(*HOME, *case.before).when(asked(case.name), by(case.name)).then(*case.happens)


def loaded(command: Command, context: DecisionContext, *events: Event) -> list[Event]:
    """The events in the streams that a command names."""
    named = {Stream.parse(stream).category for stream in command.streams(context)}
    return [event for event in events if category_of(type(event)) in named]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_command_names_every_stream_that_its_decision_reads(case: Case) -> None:
    command, context = asked(case.name), by(case.name)
    assert decide(loaded(command, context, *HOME, *case.before), command, context) == case.happens


def test_opening_names_them_too() -> None:
    opening = asked("openPortfolio")
    assert decide(loaded(opening, CONTEXT, *AT_WORK), opening) == (PortfolioOpened(language=Language.NL),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_was_done_is_not_done_again(case: Case) -> None:
    again = given(*HOME, *case.before, *case.happens).when(asked(case.name), by(case.name))
    again.refused("ALREADY_SO")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_without_a_portfolio_a_command_is_refused(case: Case) -> None:
    expect(AT_WORK, case, case.not_opened)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_of_somebody_who_was_never_registered_a_command_is_refused(case: Case) -> None:
    expect((), case, IN_NO_TEAM.get(case.name, case.not_opened))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_paused_portfolio_takes_no_changes_but_those_that_close_and_end(case: Case) -> None:
    before = () if case.before == PAUSED else case.before
    expect((*HOME, *before, *PAUSED), case, case.paused)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_closed_portfolio_takes_nothing(case: Case) -> None:
    before = () if case.before == PAUSED else case.before
    expect((*HOME, *before, *CLOSED), case, case.closed)


@pytest.mark.parametrize(
    ("events", "codes"),
    [((), WRONG), (HOME, ("ALREADY_SO",)), ((*HOME, *PAUSED), ("ALREADY_SO",)), ((*HOME, *CLOSED), WRONG)],
)
def test_a_portfolio_is_opened_once_by_who_works_here(
    events: tuple[Event, ...], codes: tuple[str, ...]
) -> None:
    given(*events).when(OpenPortfolio(language="NL")).refused(*codes)


@pytest.mark.parametrize(
    ("events", "codes"),
    [
        (HOME, ("CONFIRMATION_NEEDED",)),
        ((*HOME, *PAUSED), ("CONFIRMATION_NEEDED",)),
        ((*HOME, *CLOSED), ("ALREADY_SO",)),
        (AT_WORK, WRONG),
    ],
)
def test_closing_for_good_is_confirmed_where_there_is_something_to_close(
    events: tuple[Event, ...], codes: tuple[str, ...]
) -> None:
    given(*events).when(ClosePortfolio()).refused(*codes)


OTHERS: Final = agreement_id(PERSON, "0" * 31 + "b")
UNKNOWN: Final = (
    ("reviseTalent", {"talentId": "x"}, "talentId"),
    ("reviseTalent", {"talentId": "coach"}, "talentId"),
    ("setTalentAside", {"talentId": "x"}, "talentId"),
    ("noteEnergySource", {"talentIds": ["calm", "x"]}, "talentIds.1"),
    ("removeEnergySource", {"energySourceId": "x"}, "energySourceId"),
    ("letGoOfPassion", {"passionId": "x"}, "passionId"),
    ("addEvidence", {"talentIds": ["x"]}, "talentIds.0"),
    ("withdrawEvidence", {"evidenceId": "x"}, "evidenceId"),
    ("writeReflection", {"aboutIds": ["calm", "x"]}, "aboutIds.1"),
    ("setGoal", {"insightIds": ["x"]}, "insightIds.0"),
    ("sharpenGoal", {"goalId": "x"}, "goalId"),
    ("noteGoalProgress", {"goalId": "x"}, "goalId"),
    ("reachGoal", {"goalId": "x"}, "goalId"),
    ("letGoOfGoal", {"goalId": "x"}, "goalId"),
    ("offerGoalToTeam", {"goalId": "x"}, "goalId"),
    ("offerGoalToTeam", {"teamId": "x"}, "teamId"),
    ("takeBackGoalOffer", {"goalId": "x"}, "goalId"),
    ("planConversation", {"withId": NEW}, "withId"),
    ("planConversation", {"withId": "nobody-at-all"}, "withId"),
    ("recordConversation", {"conversationId": "x"}, "conversationId"),
    ("shareItem", {"itemId": "x", "withEnergy": False}, "itemId"),
    ("shareItem", {"with": {"teamId": "x"}}, "with.teamId"),
    ("shareItem", {"with": {"people": [NEW]}}, "with.people.0"),
    ("endItemSharing", {"sharingId": "x"}, "sharingId"),
    ("recordCorrection", {"timelineEntryId": "x"}, "timelineEntryId"),
    ("recordCorrection", {"timelineEntryId": entry_id(PERSON, 14)}, "timelineEntryId"),
    ("recordCorrection", {"timelineEntryId": entry_id(NEW, 1)}, "timelineEntryId"),
)


@pytest.mark.parametrize(("name", "changed", "field"), UNKNOWN)
def test_what_is_not_there_is_not_found(name: str, changed: dict[str, Any], field: str) -> None:
    given(*HOME).when(asked(name, **changed), by(name)).refused("NOT_FOUND", fields=[field])


GONE: Final = (
    ("reviseTalent", TalentSetAside(talent="calm"), "WRONG_STATE", "talentId"),
    ("setTalentAside", TalentSetAside(talent="calm"), "ALREADY_SO", "talentId"),
    ("noteEnergySource", TalentSetAside(talent="calm"), "WRONG_STATE", "talentIds.0"),
    ("addEvidence", TalentSetAside(talent="calm"), "WRONG_STATE", "talentIds.0"),
    ("shareItem", TalentSetAside(talent="calm"), "WRONG_STATE", "itemId"),
    ("removeEnergySource", EnergySourceRemoved(source="forms"), "ALREADY_SO", "energySourceId"),
    ("letGoOfPassion", PassionLetGo(passion="youth"), "ALREADY_SO", "passionId"),
    ("withdrawEvidence", EvidenceWithdrawn(evidence="thanks"), "ALREADY_SO", "evidenceId"),
    ("sharpenGoal", GoalLetGo(goal="coach"), "WRONG_STATE", "goalId"),
    ("noteGoalProgress", GoalLetGo(goal="coach"), "WRONG_STATE", "goalId"),
    ("reachGoal", GoalLetGo(goal="coach"), "WRONG_STATE", "goalId"),
    ("letGoOfGoal", GoalLetGo(goal="coach"), "ALREADY_SO", "goalId"),
    ("offerGoalToTeam", GoalLetGo(goal="coach"), "WRONG_STATE", "goalId"),
    ("takeBackGoalOffer", GoalLetGo(goal="coach"), "ALREADY_SO", "goalId"),
    ("sharpenGoal", GoalReached(goal="coach"), "WRONG_STATE", "goalId"),
    ("noteGoalProgress", GoalReached(goal="coach"), "WRONG_STATE", "goalId"),
    ("reachGoal", GoalReached(goal="coach"), "ALREADY_SO", "goalId"),
    ("letGoOfGoal", GoalReached(goal="coach"), "WRONG_STATE", "goalId"),
    ("offerGoalToTeam", GoalReached(goal="coach"), "WRONG_STATE", "goalId"),
    ("offerGoalToTeam", OFFERED, "ALREADY_SO", "teamId"),
    ("endItemSharing", ItemSharingEnded(sharing="open", reason="day"), "ALREADY_SO", "sharingId"),
)


@pytest.mark.parametrize(("name", "event", "code", "field"), GONE)
def test_what_is_there_no_more_is_not_changed(name: str, event: Event, code: str, field: str) -> None:
    given(*HOME, event).when(asked(name), by(name)).refused(code, fields=[field])


def test_an_agreement_is_confirmed_by_the_other_party_and_looks_absent_to_all_others() -> None:
    command = asked("confirmAgreement")
    for events in (HOME, (*HOME, AgreementConfirmed(agreement=OTHERS)), (*HOME, PortfolioClosed())):
        given(*events).when(command, CONTEXT).refused("NOT_FOUND", fields=[""])
    absent = asked("confirmAgreement", agreementId=OTHERS)
    given(*HOME).when(absent, AS_COLLEAGUE).refused("NOT_FOUND", fields=[""])
    assert command.streams(AS_COLLEAGUE) == (f"portfolio-{PERSON}",)


def test_only_the_other_party_and_processes_write_where_they_are_not_the_owner() -> None:
    for name in OWNERS_INPUTS:
        writes = asked(name).streams(by(name))[0]
        assert (writes == f"portfolio-{by(name).person}") == (name != "confirmAgreement"), name
