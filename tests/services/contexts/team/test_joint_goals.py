"""Joint goals: adopted from goals on offer, with progress, reached once."""

import pytest
from msgspec.structs import replace

from events.catalog.registry import Event
from events.catalog.team import (
    JointGoalAdopted,
    JointGoalProgressNoted,
    JointGoalReached,
    TeamClosed,
)
from rules.team.things import thing_id
from services.contexts.team.joint_goals.commands import (
    ORIGINS_MAX,
    AdoptJointGoal,
    NoteJointGoalProgress,
    ReachJointGoal,
)
from services.contexts.team.joint_goals.decider import JOINT_GOALS_MAX
from services.decisions.command import Command
from tests.services.contexts.team.members import ME, NO_MEMBER, TEAM, TEAM_FORMED, THING
from tests.spec import NEW, SENDER, given

FIRST, SECOND = "a" * 64, "b" * 64
ADOPT = AdoptJointGoal(team_id=TEAM, text="Inloop elke maand", from_goal_ids=(FIRST, SECOND))
ADOPTED = JointGoalAdopted(goal=NEW, by=SENDER, origins=(FIRST, SECOND))
ON_OFFER = replace(ME, goals_on_offer=frozenset({FIRST, SECOND}))
REACH = ReachJointGoal(joint_goal_id=THING)
TEAM_WITH_GOAL: tuple[Event, ...] = (TEAM_FORMED, ADOPTED)


def test_a_member_makes_a_joint_goal_of_goals_on_offer() -> None:
    given(TEAM_FORMED).when(ADOPT, ON_OFFER).then(ADOPTED)
    twice = replace(ADOPT, from_goal_ids=(FIRST, SECOND, FIRST))
    given(TEAM_FORMED).when(twice, ON_OFFER).then(ADOPTED)


def test_each_goal_it_comes_from_is_still_on_offer_and_of_no_other_joint_goal() -> None:
    one = replace(ME, goals_on_offer=frozenset({FIRST}))
    given(TEAM_FORMED).when(ADOPT, one).refused("WRONG_STATE", fields=["fromGoalIds.1"])
    given(TEAM_FORMED).when(ADOPT, ME).refused(
        "WRONG_STATE", "WRONG_STATE", fields=["fromGoalIds.0", "fromGoalIds.1"]
    )
    other = JointGoalAdopted(goal="other", by=SENDER, origins=(SECOND,))
    given(TEAM_FORMED, other).when(ADOPT, ON_OFFER).refused("WRONG_STATE", fields=["fromGoalIds.1"])


def test_a_joint_goal_comes_from_some_goal_and_not_from_too_many() -> None:
    for origins in ((), tuple(f"{number:064x}" for number in range(ORIGINS_MAX + 1))):
        (refusal,) = replace(ADOPT, from_goal_ids=origins).refusals()
        assert (refusal.code, refusal.field) == ("INVALID_INPUT", ("fromGoalIds",))
    (refusal,) = replace(ADOPT, text=" ").refusals()
    assert refusal.field == ("text",)


def test_a_team_has_so_many_joint_goals_until_it_reaches_one() -> None:
    full = [
        JointGoalAdopted(goal=f"g{number}", by=SENDER, origins=(f"o{number}",))
        for number in range(JOINT_GOALS_MAX)
    ]
    given(TEAM_FORMED, *full).when(ADOPT, ON_OFFER).refused("LIMIT_REACHED")
    given(TEAM_FORMED, *full, JointGoalReached(goal="g3")).when(ADOPT, ON_OFFER).then(ADOPTED)


def test_progress_is_noted_and_changes() -> None:
    noted = JointGoalProgressNoted(goal=NEW, progress=40)
    note = NoteJointGoalProgress(joint_goal_id=THING, progress=40)
    given(*TEAM_WITH_GOAL).when(note, ME).then(noted)
    given(*TEAM_WITH_GOAL, noted).when(note, ME).refused("ALREADY_SO", fields=["progress"])
    (refusal,) = replace(note, progress=101).refusals()
    assert refusal.field == ("progress",)


def test_a_joint_goal_is_reached_once_and_then_changes_no_more() -> None:
    reached = JointGoalReached(goal=NEW)
    given(*TEAM_WITH_GOAL).when(REACH, ME).then(reached)
    given(*TEAM_WITH_GOAL, reached).when(REACH, ME).refused("ALREADY_SO", fields=["jointGoalId"])
    note = NoteJointGoalProgress(joint_goal_id=THING, progress=40)
    given(*TEAM_WITH_GOAL, reached).when(note, ME).refused("WRONG_STATE", fields=["jointGoalId"])


@pytest.mark.parametrize("command", [ADOPT, REACH, NoteJointGoalProgress(joint_goal_id=THING, progress=1)])
def test_who_is_no_member_finds_nothing_and_a_closed_team_changes_no_more(command: Command) -> None:
    given(*TEAM_WITH_GOAL).when(command, NO_MEMBER).refused("NOT_FOUND", fields=[""])
    given().when(command, NO_MEMBER).refused("NOT_FOUND", fields=[""])
    given(TEAM_FORMED, TeamClosed()).when(REACH, ME).refused(
        "WRONG_STATE", "NOT_FOUND", fields=["", "jointGoalId"]
    )


def test_a_goal_that_the_team_does_not_have_is_not_found() -> None:
    for unknown in (thing_id(TEAM, "9" * 32), "nonsense", ""):
        command = ReachJointGoal(joint_goal_id=unknown)
        given(*TEAM_WITH_GOAL).when(command, ME).refused("NOT_FOUND", fields=["jointGoalId"])
