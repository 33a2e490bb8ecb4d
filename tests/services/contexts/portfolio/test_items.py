"""Invalid input, limits, and several refusals at once, for items of a portfolio."""

from typing import Any

import pytest

from events.catalog.employment import EmploymentEnded
from events.catalog.portfolio.conversations import (
    AgreementConfirmed,
    AgreementMade,
    ConversationHeld,
    ConversationPlanned,
)
from events.catalog.portfolio.energy import EnergySourceNoted, PassionNamed
from events.catalog.portfolio.evidence import EvidenceAdded, ReflectionWritten
from events.catalog.portfolio.goals import (
    GoalLetGo,
    GoalOfferedToTeam,
    GoalOfferTakenBack,
    GoalReached,
    GoalSet,
    GoalSharpened,
)
from events.catalog.portfolio.life import CorrectionRecorded, PortfolioPaused, ProfileStatementWritten
from events.catalog.registry import Event
from rules.kinds import EnergySourceKind, EvidenceKind, HoursBand
from rules.timeline import entry_id
from services.contexts.portfolio.conversations.commands import AGREEMENT_CHARS_MAX, AGREEMENTS_MAX
from services.contexts.portfolio.conversations.decider import (
    CONVERSATIONS_EVER_MAX,
    CONVERSATIONS_MAX,
    TO_CONFIRM_MAX,
)
from services.contexts.portfolio.energy.commands import ACTIVITY_CHARS_MAX, PASSION_CHARS_MAX
from services.contexts.portfolio.energy.decider import ENERGY_SOURCES_MAX, PASSIONS_MAX
from services.contexts.portfolio.evidence.commands import REFLECTION_CHARS_MAX, TITLE_CHARS_MAX
from services.contexts.portfolio.evidence.decider import EVIDENCE_MAX, REFLECTIONS_MAX
from services.contexts.portfolio.goals.commands import GOAL_CHARS_MAX, OFFER_CHARS_MAX
from services.contexts.portfolio.goals.decider import GOALS_MAX
from services.contexts.portfolio.life.commands import CORRECTION_CHARS_MAX, STATEMENT_CHARS_MAX
from services.contexts.portfolio.owner_commands import REFERENCES_MAX
from services.contexts.portfolio.talents.commands import STORY_CHARS_MAX
from services.decisions.command import Command
from services.decisions.validation import ADDRESS_CHARS_MAX
from services.handling.registry import read_command
from tests.services.contexts.portfolio.cases import OWNERS_INPUTS
from tests.services.contexts.portfolio.home import AT_WORK, DAY, GOAL, HOME, OFFERED, OPENED
from tests.spec import COLLEAGUE, NEW, PERSON, TODAY, decide, given

TOO_MANY = ["t"] * (REFERENCES_MAX + 1)


def asked(name: str, **changed: Any) -> Command:
    return read_command(name, {**OWNERS_INPUTS[name], **changed})


@pytest.mark.parametrize(
    ("name", "changed", "fields"),
    [
        ("writeProfileStatement", {"text": " "}, ["text"]),
        ("writeProfileStatement", {"text": "x" * (STATEMENT_CHARS_MAX + 1)}, ["text"]),
        ("recordCorrection", {"text": "x" * (CORRECTION_CHARS_MAX + 1)}, ["text"]),
        ("noteEnergySource", {"activity": "x" * (ACTIVITY_CHARS_MAX + 1)}, ["activity"]),
        (
            "noteEnergySource",
            {"activity": "", "talentIds": TOO_MANY},
            ["activity", "talentIds"],
        ),
        ("namePassion", {"text": "x" * (PASSION_CHARS_MAX + 1)}, ["text"]),
        ("addEvidence", {"title": "x" * (TITLE_CHARS_MAX + 1), "source": {}}, ["title", "source"]),
        ("addEvidence", {"source": {"link": "https://a.example", "story": "x"}}, ["source"]),
        ("addEvidence", {"source": {"story": "x" * (STORY_CHARS_MAX + 1)}}, ["source.story"]),
        ("addEvidence", {"source": {"story": ""}}, ["source.story"]),
        ("addEvidence", {"talentIds": TOO_MANY}, ["talentIds"]),
        ("writeReflection", {"text": "x" * (REFLECTION_CHARS_MAX + 1)}, ["text"]),
        ("writeReflection", {"aboutIds": TOO_MANY}, ["aboutIds"]),
        ("setGoal", {"text": "x" * (GOAL_CHARS_MAX + 1)}, ["text"]),
        ("setGoal", {"insightIds": TOO_MANY}, ["insightIds"]),
        ("sharpenGoal", {"text": "a\x00b"}, ["text"]),
        ("noteGoalProgress", {"progress": -1}, ["progress"]),
        ("noteGoalProgress", {"progress": 101}, ["progress"]),
        ("offerGoalToTeam", {"offeredAs": "x" * (OFFER_CHARS_MAX + 1)}, ["offeredAs"]),
        (
            "recordConversation",
            {"agreements": ["ja", "", "x" * (AGREEMENT_CHARS_MAX + 1)]},
            ["agreements.1", "agreements.2"],
        ),
        ("recordConversation", {"agreements": ["ja"] * (AGREEMENTS_MAX + 1)}, ["agreements"]),
        ("giveInsightConsent", {"scopes": [], "noticeVersion": 2}, ["scopes", "noticeVersion"]),
        ("giveInsightConsent", {"noticeVersion": 0}, ["noticeVersion"]),
    ],
)
def test_input_out_of_bounds_is_refused_field_by_field(
    name: str, changed: dict[str, Any], fields: list[str]
) -> None:
    refusals = asked(name, **changed).refusals()
    assert {refusal.code for refusal in refusals} == {"INVALID_INPUT"}
    assert [".".join(refusal.field) for refusal in refusals] == fields
    assert all(refusal.nl and refusal.en and refusal.nl != refusal.en for refusal in refusals)


@pytest.mark.parametrize("kind", ["link", "badge"])
@pytest.mark.parametrize(
    "address",
    [
        "http://a.example/",
        "//a.example/",
        "/alleen/een/pad",
        "https:///pad",
        "https://.",
        "https://fenna@a.example/",
        "https://fenna:geheim@a.example/",
        "https://a.example:0/",
        "https://a.example:99999/",
        "https://[::1/",
        "https://a.example/een spatie",
        "https://a.example\\@b.example/",
        "https://a.example/\u202egnp.exe",
        "javascript:alert(1)",
        "data:text/html,x",
        "",
        "https://a.example/" + "x" * ADDRESS_CHARS_MAX,
    ],
)
def test_an_address_is_absolute_over_https_at_a_host_with_no_one_logged_in(kind: str, address: str) -> None:
    refusals = asked("addEvidence", source={kind: address}).refusals()
    assert [refusal.field for refusal in refusals] == [("source", kind)]
    assert refusals[0].code == "INVALID_INPUT"


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example",
        "HTTPS://A.example:8443/b?c=d&e=@#f",
        "https://[2001:db8::1]/",
        "https://xn--9ca.example/%C3%A9",
    ],
)
def test_an_address_as_browsers_copy_it_is_taken(address: str) -> None:
    assert asked("addEvidence", source={"link": address}).refusals() == []


def many(name: str) -> list[Event]:
    """As many events as the limit of the command allows."""
    numbers = [str(number) for number in range(REFLECTIONS_MAX)]
    made: dict[str, list[Event]] = {
        "noteEnergySource": [
            EnergySourceNoted(
                source=n, kind=EnergySourceKind.GIVER, activity=n, hours_per_week=HoursBand.UP_TO_2
            )
            for n in numbers[:ENERGY_SOURCES_MAX]
        ],
        "namePassion": [PassionNamed(passion=n, text=n) for n in numbers[:PASSIONS_MAX]],
        "addEvidence": [
            EvidenceAdded(evidence=n, kind=EvidenceKind.STORY, title=n, text=n)
            for n in numbers[:EVIDENCE_MAX]
        ],
        "writeReflection": [ReflectionWritten(reflection=n, text=n) for n in numbers],
        "setGoal": [GoalSet(goal=n, text=n) for n in numbers[:GOALS_MAX]],
        "planConversation": [
            ConversationPlanned(conversation=n, other=COLLEAGUE, planned_for=TODAY + DAY * 2)
            for n in numbers[:CONVERSATIONS_MAX]
        ],
    }
    return made[name]


LIMITED = (
    "noteEnergySource",
    "namePassion",
    "addEvidence",
    "writeReflection",
    "setGoal",
    "planConversation",
)
LISTS = {"noteEnergySource": "talentIds", "addEvidence": "talentIds", "writeReflection": "aboutIds"}


@pytest.mark.parametrize(
    "name",
    ["noteEnergySource", "namePassion", "addEvidence", "writeReflection", "setGoal", "planConversation"],
)
def test_of_each_kind_there_is_a_most(name: str) -> None:
    there = many(name)
    command = asked(name, **({LISTS[name]: []} if name in LISTS else {}))
    given(*AT_WORK, OPENED, *there).when(command).refused("LIMIT_REACHED")
    assert len(decide((*AT_WORK, OPENED, *there[1:]), command)) == 1


def conversations_held(count: int) -> list[Event]:
    return [
        event
        for number in range(count)
        for event in (
            ConversationPlanned(conversation=f"c{number}", other=COLLEAGUE, planned_for=TODAY),
            ConversationHeld(conversation=f"c{number}", held_on=TODAY),
        )
    ]


def test_conversations_that_were_held_count_too_up_to_a_most() -> None:
    command = asked("planConversation")
    full = (*AT_WORK, OPENED, *conversations_held(CONVERSATIONS_EVER_MAX))
    given(*full).when(command).refused("LIMIT_REACHED")
    assert len(decide((*AT_WORK, OPENED, *conversations_held(CONVERSATIONS_EVER_MAX - 1)), command)) == 1


def test_only_so_many_agreements_wait_for_the_same_colleague() -> None:
    ids = [f"a{number}" for number in range(TO_CONFIRM_MAX)]
    before = (
        *(*AT_WORK, OPENED),
        ConversationPlanned(conversation="before", other=COLLEAGUE, planned_for=TODAY),
        ConversationHeld(
            conversation="before",
            held_on=TODAY,
            agreements=tuple(AgreementMade(agreement=agreement, text="Samen") for agreement in ids),
        ),
    )
    talk = ConversationPlanned(conversation="talk", other=COLLEAGUE, planned_for=TODAY)
    another = ConversationPlanned(conversation="talk", other="another", planned_for=TODAY)
    command = asked("recordConversation", conversationId="talk", heldOn=TODAY.isoformat(), agreements=["x"])
    none = asked("recordConversation", conversationId="talk", heldOn=TODAY.isoformat(), agreements=[])
    given(*before, talk).when(command).refused("LIMIT_REACHED", fields=["agreements"])
    assert len(decide((*before, talk), none)) == 1
    assert len(decide((*before, another), command)) == 1
    assert len(decide((*before, talk, AgreementConfirmed(agreement=ids[0])), command)) == 1


def test_a_goal_reached_or_let_go_makes_room_for_another() -> None:
    full = (*AT_WORK, OPENED, *many("setGoal"))
    for event in (GoalReached(goal="7"), GoalLetGo(goal="7")):
        given(*full, event).when(asked("setGoal", horizon=None)).then(GoalSet(goal=NEW, text="Leiden"))


def test_all_reasons_are_told_at_once_with_their_fields() -> None:
    command = asked("addEvidence", talentIds=["calm", "x", "y"])
    given(*HOME, PortfolioPaused()).when(command).refused(
        "WRONG_STATE", "NOT_FOUND", "NOT_FOUND", fields=["", "talentIds.1", "talentIds.2"]
    )
    planned = asked("planConversation", withId=PERSON, plannedFor="2026-11-23")
    given(*HOME).when(planned).refused("INVALID_INPUT", "INVALID_INPUT", fields=["withId", "plannedFor"])
    goal = asked("setGoal", horizon="2026-11-23", insightIds=["a", "b"])
    given(*HOME).when(goal).refused(
        "NOT_FOUND", "NOT_FOUND", "INVALID_INPUT", fields=["insightIds.0", "insightIds.1", "horizon"]
    )


def test_who_left_plans_no_more_conversations() -> None:
    planned = asked("planConversation")
    given(*HOME, EmploymentEnded(on=TODAY)).when(planned).refused("WRONG_STATE", fields=[""])


def test_a_statement_keeps_its_id_when_it_is_written_again() -> None:
    first = asked("writeProfileStatement", text="Ik luister.")
    given(*AT_WORK, OPENED).when(first).then(ProfileStatementWritten(statement=NEW, text="Ik luister."))
    given(*HOME).when(first).then(ProfileStatementWritten(statement="me", text="Ik luister."))


def test_a_conversation_is_recorded_once_it_was_held_and_with_another() -> None:
    held = asked("recordConversation", heldOn="2026-11-25")
    given(*HOME).when(held).refused("INVALID_INPUT", fields=["heldOn"])
    again = asked("recordConversation", conversationId="held")
    given(*HOME).when(again).refused("ALREADY_SO", fields=["conversationId"])


def test_a_goal_is_on_offer_to_one_team_at_a_time() -> None:
    elsewhere = GoalOfferedToTeam(goal="coach", team="plein", wording="Wie?")
    given(*HOME, elsewhere).when(asked("offerGoalToTeam")).refused("WRONG_STATE", fields=["teamId"])
    back = GoalOfferTakenBack(goal="coach")
    given(*HOME, elsewhere, back).when(asked("offerGoalToTeam")).then(OFFERED)


def test_a_goal_reached_or_let_go_is_on_offer_no_more() -> None:
    back = GoalOfferTakenBack(goal="coach", reason="goal_over")
    given(*HOME, OFFERED).when(asked("reachGoal")).then(GoalReached(goal="coach"), back)
    given(*HOME, OFFERED).when(asked("letGoOfGoal")).then(GoalLetGo(goal="coach"), back)


def test_a_goal_whose_day_went_by_keeps_it_while_it_is_sharpened() -> None:
    past = GoalSet(goal="old", text="Toen", horizon=TODAY - DAY)
    day = (TODAY - DAY).isoformat()
    sharpened = asked("sharpenGoal", goalId="old", text="Nu", horizon=day)
    given(*HOME, past).when(sharpened).then(GoalSharpened(goal="old", text="Nu", horizon=TODAY - DAY))
    given(*HOME, GOAL).when(asked("sharpenGoal", horizon=day)).refused("INVALID_INPUT", fields=["horizon"])


def test_a_correction_is_of_any_earlier_fact() -> None:
    portfolio_events = len(HOME) - len(AT_WORK)
    for version in (1, portfolio_events):
        command = asked("recordCorrection", timelineEntryId=entry_id(PERSON, version))
        given(*HOME).when(command).then(CorrectionRecorded(version=version, text="Het was vorig jaar."))
