"""Goals, as their owner sees them."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date
from enum import Enum

import strawberry
from strawberry import UNSET

from gateway.api.command_result import CommandResult, command_result
from gateway.api.names import Unit, team_as_unit
from gateway.api.portfolio.reads import changed_item
from gateway.api.portfolio.sharing import Shareable
from gateway.api.root_fields import mutation
from gateway.api.sending import CommandInput, send_command
from gateway.context import Info
from gateway.types.fields import field
from gateway.types.ids import ITEM, refers_to
from projections.views import profile
from rules import commands


@strawberry.enum(description="Where a goal, personal or joint, is.")
class GoalState(Enum):
    OPEN = "OPEN"
    REACHED = "REACHED"
    LET_GO = "LET_GO"


@strawberry.type(description="A personal goal.")
class Goal(Shareable):
    text: str
    horizon: date | None
    state: GoalState
    progress: int | None = strawberry.field(description="Own estimate; null when never noted.")
    insight_ids: list[strawberry.ID] = refers_to(ITEM, description="What it came from.")
    offered_as: str | None = strawberry.field(description="The wording the team sees.")
    offered_team: strawberry.Private[str | None]

    @field(description="The team it is on offer to, or was adopted by.")
    async def offered_to(self, info: Info) -> Unit | None:
        return await team_as_unit(info.context, self.offered_team)


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
    )


@strawberry.input
class SetGoalInput(CommandInput):
    text: str
    horizon: date | None = UNSET
    insight_ids: list[strawberry.ID] = strawberry.field(default_factory=list)


@strawberry.input
class SharpenGoalInput(CommandInput):
    goal_id: strawberry.ID
    text: str
    horizon: date | None = UNSET


@strawberry.input
class NoteGoalProgressInput(CommandInput):
    goal_id: strawberry.ID
    progress: int


@strawberry.input
class ReachGoalInput(CommandInput):
    goal_id: strawberry.ID


@strawberry.input
class LetGoOfGoalInput(CommandInput):
    goal_id: strawberry.ID


@strawberry.input
class OfferGoalToTeamInput(CommandInput):
    goal_id: strawberry.ID
    team_id: strawberry.ID
    offered_as: str


@strawberry.input
class TakeBackGoalOfferInput(CommandInput):
    goal_id: strawberry.ID


@strawberry.type
class GoalPayload:
    command: CommandResult
    goal: Goal | None


@mutation()
async def set_goal(info: Info, input: SetGoalInput) -> GoalPayload:
    return await _goal(info, await send_command(info, input))


@mutation()
async def sharpen_goal(info: Info, input: SharpenGoalInput) -> GoalPayload:
    return await _goal(info, await send_command(info, input))


@mutation()
async def note_goal_progress(info: Info, input: NoteGoalProgressInput) -> GoalPayload:
    return await _goal(info, await send_command(info, input))


@mutation()
async def reach_goal(info: Info, input: ReachGoalInput) -> GoalPayload:
    return await _goal(info, await send_command(info, input))


@mutation()
async def let_go_of_goal(info: Info, input: LetGoOfGoalInput) -> GoalPayload:
    return await _goal(info, await send_command(info, input))


@mutation()
async def offer_goal_to_team(info: Info, input: OfferGoalToTeamInput) -> GoalPayload:
    return await _goal(info, await send_command(info, input))


@mutation()
async def take_back_goal_offer(info: Info, input: TakeBackGoalOfferInput) -> GoalPayload:
    return await _goal(info, await send_command(info, input))


async def _goal(info: Info, result: commands.CommandResult) -> GoalPayload:
    found = await changed_item(info, result, lambda portfolio: portfolio.goals, lambda item: item.goal)
    goal = goal_of(*found) if found else None
    return GoalPayload(command=command_result(info, result), goal=goal)
