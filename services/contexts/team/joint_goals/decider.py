"""Decides on joint goals."""

from typing import Final, assert_never

from msgspec.structs import replace

from events.catalog.team import (
    JointGoalAdopted,
    JointGoalEvent,
    JointGoalProgressNoted,
    JointGoalReached,
)
from rules.commands import Refusal, RefusalCode
from services.contexts.team.joint_goals.commands import (
    AdoptJointGoal,
    JointGoalChange,
    JointGoalCommand,
    NoteJointGoalProgress,
    ReachJointGoal,
)
from services.contexts.team.members import closed_refusals
from services.contexts.team.state import Team
from services.decisions.command import DecisionContext
from services.decisions.refusals import reject_if

JOINT_GOALS_MAX: Final = 50
"""The most joint goals of a team that are not reached."""


def decide_joint_goal(
    command: JointGoalCommand, state: Team, context: DecisionContext
) -> tuple[JointGoalEvent, ...]:
    match command:
        case AdoptJointGoal():
            origins = tuple(dict.fromkeys(command.from_goal_ids))
            reject_if([*closed_refusals(state), *_adopting_refusals(command, state, context)])
            return (JointGoalAdopted(goal=context.new, by=context.sender, origins=origins),)
        case NoteJointGoalProgress(progress=progress):
            goal = command.local()
            reject_if([*_change_refusals(command, state), *_progress_refusals(command, state)])
            return (JointGoalProgressNoted(goal=goal, progress=progress),)
        case ReachJointGoal():
            reject_if(_change_refusals(command, state))
            return (JointGoalReached(goal=command.local()),)
        case _:
            assert_never(command)


def evolve_joint_goal(state: Team, event: JointGoalEvent) -> Team:
    match event:
        case JointGoalAdopted(goal=goal, origins=origins):
            return replace(state.with_joint_goal(goal), adopted=state.adopted | set(origins))
        case JointGoalProgressNoted(goal=goal, progress=progress):
            return state.with_joint_goal(goal, progress=progress)
        case JointGoalReached(goal=goal):
            return state.with_joint_goal(goal, reached=True)
        case _:
            assert_never(event)


def _adopting_refusals(command: AdoptJointGoal, state: Team, context: DecisionContext) -> list[Refusal]:
    refusals = [
        refusal
        for number, offer in enumerate(command.from_goal_ids)
        for refusal in _origin_refusals(offer, str(number), state, context)
    ]
    if sum(not goal.reached for goal in state.joint_goals.values()) >= JOINT_GOALS_MAX:
        nl = f"Een team heeft hoogstens {JOINT_GOALS_MAX} gezamenlijke doelen die nog lopen. Bereik er een."
        en = f"A team has {JOINT_GOALS_MAX} joint goals at most that are not reached. Reach one."
        refusals.append(Refusal(code="LIMIT_REACHED", nl=nl, en=en))
    return refusals


def _origin_refusals(offer: str, number: str, state: Team, context: DecisionContext) -> list[Refusal]:
    if offer not in context.goals_on_offer:
        nl = (
            "Dit doel wordt niet meer aan dit team aangeboden. Staat het er nog bij, dan is het aangeboden "
            "toen overnemen nog niet kon: de eigenaar kan het terugnemen en opnieuw aanbieden."
        )
        en = (
            "This goal is not on offer to this team any more. If it is still listed, it was offered before "
            "goals could be adopted: its owner can take it back and offer it again."
        )
        return [Refusal(code="WRONG_STATE", nl=nl, en=en, field=("fromGoalIds", number))]
    if offer in state.adopted:
        nl = "Dit doel hoort al bij een gezamenlijk doel van dit team."
        en = "This goal is part of a joint goal of this team already."
        return [Refusal(code="WRONG_STATE", nl=nl, en=en, field=("fromGoalIds", number))]
    return []


def _change_refusals(command: JointGoalChange, state: Team) -> list[Refusal]:
    refusals = closed_refusals(state)
    goal = state.joint_goals.get(command.local())
    if goal is None:
        nl, en = "Dit doel heeft dit team niet.", "This team has no such goal."
        refusals.append(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("jointGoalId",)))
    elif goal.reached:
        nl, en = "Dit doel is al bereikt.", "This goal has been reached already."
        code: RefusalCode = "ALREADY_SO" if isinstance(command, ReachJointGoal) else "WRONG_STATE"
        refusals.append(Refusal(code=code, nl=nl, en=en, field=("jointGoalId",)))
    return refusals


def _progress_refusals(command: NoteJointGoalProgress, state: Team) -> list[Refusal]:
    goal = state.joint_goals.get(command.local())
    if goal is None or goal.progress != command.progress:
        return []
    nl, en = "Zo ver waren jullie al.", "You had come this far already."
    return [Refusal(code="ALREADY_SO", nl=nl, en=en, field=("progress",))]
