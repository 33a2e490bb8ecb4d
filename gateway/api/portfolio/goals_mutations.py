"""Goals, personal and on offer to a team."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date

import strawberry
from strawberry import UNSET, Info

from gateway.access import mutation
from gateway.command_bus import Fate
from gateway.context import Context
from gateway.mutations.changing import changed_item
from gateway.mutations.giving import CommandInput, give, result
from gateway.outcomes import CommandResult
from gateway.queries.goals import Goal, goal_of


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
async def set_goal(info: Info[Context, None], input: SetGoalInput) -> GoalPayload:
    return await _goal(info, await give(info, input))


@mutation()
async def sharpen_goal(info: Info[Context, None], input: SharpenGoalInput) -> GoalPayload:
    return await _goal(info, await give(info, input))


@mutation()
async def note_goal_progress(info: Info[Context, None], input: NoteGoalProgressInput) -> GoalPayload:
    return await _goal(info, await give(info, input))


@mutation()
async def reach_goal(info: Info[Context, None], input: ReachGoalInput) -> GoalPayload:
    return await _goal(info, await give(info, input))


@mutation()
async def let_go_of_goal(info: Info[Context, None], input: LetGoOfGoalInput) -> GoalPayload:
    return await _goal(info, await give(info, input))


@mutation()
async def offer_goal_to_team(info: Info[Context, None], input: OfferGoalToTeamInput) -> GoalPayload:
    return await _goal(info, await give(info, input))


@mutation()
async def take_back_goal_offer(info: Info[Context, None], input: TakeBackGoalOfferInput) -> GoalPayload:
    return await _goal(info, await give(info, input))


async def _goal(info: Info[Context, None], fate: Fate) -> GoalPayload:
    found = await changed_item(info, fate, lambda read: read.goals, lambda item: item.goal)
    shown = goal_of(*found) if found else None
    return GoalPayload(command=result(info, fate), goal=shown)
