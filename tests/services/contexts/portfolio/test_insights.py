"""Insights: what an owner concludes from a mirror, and the goals that come of it."""

import pytest

from events.catalog.portfolio.goals import GoalSet
from events.catalog.portfolio.insights import MirrorInsightKept
from events.catalog.registry import Event
from events.catalog.rounds import MirrorReleased
from rules.feedback.mirror import MirrorContents
from services.contexts.portfolio.goals.commands import SetGoal
from services.contexts.portfolio.insights.commands import CONCLUSION_CHARS_MAX, KeepMirrorInsight
from services.contexts.portfolio.insights.decider import INSIGHTS_MAX
from services.decisions.command import Command, stream_of
from tests.services.contexts.portfolio.home import HOME, INSIGHT, MIRROR
from tests.spec import CONTEXT, NEW, PERSON, given


def keep(conclusion: str = "Anderen zien mijn rust.", **about: str) -> KeepMirrorInsight:
    return KeepMirrorInsight(**{"round_id": "round", "conclusion": conclusion, **about})


def test_an_insight_may_be_about_the_whole_mirror() -> None:
    kept = MirrorInsightKept(insight=NEW, round="round", conclusion="Anderen zien mijn rust.")
    given(*HOME, MIRROR).when(keep()).then(kept)


def test_it_is_decided_on_the_rounds_too() -> None:
    assert keep().streams(CONTEXT) == (stream_of("portfolio", PERSON), stream_of("round", PERSON))


EMPTY = MirrorReleased(round="round", mirror="m", contents=MirrorContents())


@pytest.mark.parametrize(
    ("before", "command", "field"),
    [
        (HOME, keep(), "roundId"),
        ((*HOME, MIRROR), keep(round_id="another"), "roundId"),
        ((*HOME, EMPTY), keep(), "roundId"),
        ((*HOME, MIRROR), keep(question_id="x"), "questionId"),
    ],
)
def test_without_such_a_mirror_there_is_no_insight(
    before: tuple[Event, ...], command: Command, field: str
) -> None:
    given(*before).when(command).refused("NOT_FOUND", fields=[field])


def test_the_same_conclusion_is_kept_once_for_each_question() -> None:
    again = keep(" Ik vraag te weinig hulp. ")
    given(*HOME, MIRROR, INSIGHT).when(again).refused("ALREADY_SO", fields=["conclusion"])
    about = keep(INSIGHT.conclusion, question_id="asked")
    kept = MirrorInsightKept(insight=NEW, round="round", question="asked", conclusion=INSIGHT.conclusion)
    given(*HOME, MIRROR, INSIGHT).when(about).then(kept)


def test_a_portfolio_has_a_most_of_insights() -> None:
    many = [
        MirrorInsightKept(insight=f"i{number}", round="round", conclusion=f"Inzicht {number}")
        for number in range(INSIGHTS_MAX)
    ]
    given(*HOME, MIRROR, *many).when(keep()).refused("LIMIT_REACHED")


@pytest.mark.parametrize("text", ["", "x" * (CONCLUSION_CHARS_MAX + 1)])
def test_a_conclusion_says_something_and_not_too_much(text: str) -> None:
    assert [refusal.field for refusal in keep(text).refusals()] == [("conclusion",)]


def test_an_insight_becomes_a_goal() -> None:
    command = SetGoal(text="Vaker om hulp vragen", insight_ids=("seen", "seen"))
    expected = GoalSet(goal=NEW, text="Vaker om hulp vragen", insights=("seen",))
    given(*HOME, MIRROR, INSIGHT).when(command).then(expected)
    other = SetGoal(text="Vaker om hulp vragen", insight_ids=("seen", "note"))
    given(*HOME, MIRROR, INSIGHT).when(other).refused("NOT_FOUND", fields=["insightIds.1"])
