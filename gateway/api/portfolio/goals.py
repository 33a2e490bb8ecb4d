"""Goals, as their owner sees them."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date
from enum import Enum
from typing import Final

import strawberry
from strawberry import UNSET

from gateway.api.command_result import command_result
from gateway.api.names import Unit, team_as_unit
from gateway.api.portfolio.payloads import OwnersPayload
from gateway.api.portfolio.reads import changed_item
from gateway.api.portfolio.sharing import Shareable
from gateway.api.root_fields import mutation
from gateway.api.sending import CHANGED, KEPT, CommandInput, send_command
from gateway.context import Info
from gateway.types.fields import field
from gateway.types.ids import ITEM, refers_to
from projections.views import profile
from rules import commands


@strawberry.enum(description="How far a goal is.")
class GoalState(Enum):
    OPEN = strawberry.enum_value("OPEN", description="The owner works on it.")
    REACHED = strawberry.enum_value("REACHED", description="The owner reached it.")
    LET_GO = strawberry.enum_value("LET_GO", description="The owner let go of it.")


@strawberry.type(description="A goal of the owner.")
class Goal(Shareable):
    text: str = strawberry.field(description="The goal in the owner's words.")
    horizon: date | None = strawberry.field(description="The day to reach it by; null without one.")
    state: GoalState = strawberry.field(description="How far it is.")
    progress: int | None = strawberry.field(
        description="The owner's own estimate, 0 to 100; null when never noted."
    )
    insight_ids: list[strawberry.ID] = refers_to(ITEM, description="The insights that it came from.")
    offered_as: str | None = strawberry.field(
        description="The words that the team sees; null when it is not on offer."
    )
    joint_goal_id: strawberry.ID | None = refers_to(
        "JointGoal", description="The joint goal that grew from it; null if there is none."
    )
    offered_team: strawberry.Private[str | None]

    @field(description="The team that it is on offer to, or was adopted by.")
    def offered_to(self, info: Info) -> Unit | None:
        return team_as_unit(info.context, self.offered_team)


def goal_of(portfolio: profile.Portfolio, goal: profile.Goal) -> Goal:
    return Goal(
        id=strawberry.ID(goal.goal),
        portfolio=portfolio,
        text=goal.text,
        horizon=goal.horizon,
        state=GoalState[goal.state],
        progress=goal.progress,
        insight_ids=[strawberry.ID(insight) for insight in goal.insights],
        offered_as=goal.offered_as,
        offered_team=goal.offered_team,
        joint_goal_id=strawberry.ID(goal.joint_goal) if goal.joint_goal else None,
    )


GOAL_ID: Final = "The goal, one of the owner's."


@strawberry.input
class SetGoalInput(CommandInput):
    text: str = strawberry.field(description="The goal in the owner's words.")
    horizon: date | None = strawberry.field(
        default=UNSET, description="The day to reach it by, today or later; none when left out or null."
    )
    insight_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="The insights that it came from, of the owner's own."
    )


@strawberry.input
class SharpenGoalInput(CommandInput):
    goal_id: strawberry.ID = strawberry.field(description=GOAL_ID)
    text: str = strawberry.field(description="The goal in other words, or in the same.")
    horizon: date | None = strawberry.field(default=UNSET, description=f"The day to reach it by. {KEPT}")


@strawberry.input
class NoteGoalProgressInput(CommandInput):
    goal_id: strawberry.ID = strawberry.field(description=GOAL_ID)
    progress: int = strawberry.field(description="The owner's own estimate, 0 to 100.")


@strawberry.input
class ReachGoalInput(CommandInput):
    goal_id: strawberry.ID = strawberry.field(description=GOAL_ID)


@strawberry.input
class LetGoOfGoalInput(CommandInput):
    goal_id: strawberry.ID = strawberry.field(description=GOAL_ID)


@strawberry.input
class OfferGoalToTeamInput(CommandInput):
    goal_id: strawberry.ID = strawberry.field(description=GOAL_ID)
    team_id: strawberry.ID = strawberry.field(description="A team that the owner is in.")
    offered_as: str = strawberry.field(
        description="The words that the team is to see, instead of the goal's own."
    )


@strawberry.input
class TakeBackGoalOfferInput(CommandInput):
    goal_id: strawberry.ID = strawberry.field(description=GOAL_ID)


@strawberry.type
class GoalPayload(OwnersPayload):
    goal: Goal | None = strawberry.field(description=CHANGED)


@mutation(description="Set a goal.")
async def set_goal(info: Info, input: SetGoalInput) -> GoalPayload:
    return await _goal(info, await send_command(info, input))


@mutation(description="Change the words of a goal, or its day, or both.")
async def sharpen_goal(info: Info, input: SharpenGoalInput) -> GoalPayload:
    return await _goal(info, await send_command(info, input))


@mutation(description="Note how far a goal is.")
async def note_goal_progress(info: Info, input: NoteGoalProgressInput) -> GoalPayload:
    return await _goal(info, await send_command(info, input))


@mutation(description="Record that a goal was reached. An offer of it to a team ends.")
async def reach_goal(info: Info, input: ReachGoalInput) -> GoalPayload:
    return await _goal(info, await send_command(info, input))


@mutation(description="Let go of a goal. An offer of it to a team ends, and what was shared of it.")
async def let_go_of_goal(info: Info, input: LetGoOfGoalInput) -> GoalPayload:
    return await _goal(info, await send_command(info, input))


@mutation(description="Offer a goal to one of the owner's teams, in words for the team.")
async def offer_goal_to_team(info: Info, input: OfferGoalToTeamInput) -> GoalPayload:
    return await _goal(info, await send_command(info, input))


@mutation(description="Take a goal back that is on offer to a team.")
async def take_back_goal_offer(info: Info, input: TakeBackGoalOfferInput) -> GoalPayload:
    return await _goal(info, await send_command(info, input))


async def _goal(info: Info, result: commands.CommandResult) -> GoalPayload:
    portfolio, goal = await changed_item(
        info,
        result,
        lambda portfolio: portfolio.goals,
        lambda item: item.goal,
        goal_of,
        kind=Goal,
        parts=frozenset({"goals", "goal_changes"}),
    )
    return GoalPayload(command=command_result(info, result), content=portfolio, goal=goal)
