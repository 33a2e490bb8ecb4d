"""`Team.jointGoals`: what the team wants together, and the mutations of its members."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date
from typing import Final

import strawberry

from gateway.api.command_result import command_result
from gateway.api.names import Colleague
from gateway.api.portfolio.goals import GoalState
from gateway.api.root_fields import mutation
from gateway.api.sending import CHANGED, CommandInput, CommandPayload, send_command
from gateway.api.showing import record_shown
from gateway.api.team.goals_on_offer import GoalOnOffer
from gateway.api.team.reads import changed_thing, read_team
from gateway.api.team.team_part import TeamPart
from gateway.context import Info
from gateway.types.fields import field
from projections.views import team as view
from rules import commands
from rules.kinds import ItemKind
from rules.team.things import thing_id

ORIGINS_MAX: Final = 20


@strawberry.type(description="A goal of the team, grown from goals that their owners offered.")
class JointGoal:
    id: strawberry.ID
    text: str | None = strawberry.field(
        description="In the words of the member who wrote it down; null once that person was forgotten."
    )
    state: GoalState = strawberry.field(description="How far it is: open or reached.")
    progress: int | None = strawberry.field(
        description="As a member last estimated, 0 to 100; null when never noted."
    )
    adopted_on: date = strawberry.field(description="The day on which the team made it its own.")
    content: strawberry.Private[view.JointGoal]

    @field(
        description=(
            "The goals that it came from and that are still on offer, the earliest first. One that its owner "
            "took back or reached, or whose owner left the team, has lapsed and is not among them."
        ),
        items_max=ORIGINS_MAX,
    )
    async def origins(self, info: Info) -> list[GoalOnOffer]:
        origins = self.content.origins
        await record_shown(
            info.context, "TEAM_PAGE", [(one.owner, ItemKind.GOAL, one.goal) for one in origins]
        )
        names = await info.context.loaders.names.load_many([origin.owner for origin in origins])
        return [_goal_on_offer(origin, name) for origin, name in zip(origins, names, strict=True)]


def joint_goal_of(goal: view.JointGoal) -> JointGoal:
    return JointGoal(
        id=strawberry.ID(thing_id(goal.team, goal.goal)),
        text=goal.text,
        state=GoalState.REACHED if goal.reached else GoalState.OPEN,
        progress=goal.progress,
        adopted_on=goal.adopted_on,
        content=goal,
    )


def _goal_on_offer(origin: view.Origin, name: str | None) -> GoalOnOffer:
    return GoalOnOffer(
        goal_id=strawberry.ID(origin.offer),
        owner=Colleague(id=strawberry.ID(origin.owner), display_name=name or ""),
        text=origin.wording,
        offered_at=origin.offered_at,
    )


@strawberry.type
class JointGoalsPart(TeamPart):
    @field(
        description="What the team wants together: open goals first, then the newest first.",
        items_max=view.JOINT_GOALS_SHOWN_MAX,
    )
    async def joint_goals(self, info: Info) -> list[JointGoal]:
        team = self.content.team
        found = await read_team(info.context, team, lambda connection: view.joint_goals(connection, team))
        return [joint_goal_of(goal) for goal in found]


JOINT_GOAL_ID: Final = "The joint goal, of a team that the caller is in."


@strawberry.input
class AdoptJointGoalInput(CommandInput):
    team_id: strawberry.ID = strawberry.field(description="A team that the caller is in.")
    text: str = strawberry.field(description="The goal in words for the whole team, 500 characters at most.")
    from_goal_ids: list[strawberry.ID] = strawberry.field(
        description=(
            "The goals on offer that it grows from, as `GoalOnOffer.goalId` has them: at least one, 20 at "
            "most, each on offer to this team and part of no other joint goal."
        )
    )


@strawberry.input
class NoteJointGoalProgressInput(CommandInput):
    joint_goal_id: strawberry.ID = strawberry.field(description=JOINT_GOAL_ID)
    progress: int = strawberry.field(description="How far it is, 0 to 100.")


@strawberry.input
class ReachJointGoalInput(CommandInput):
    joint_goal_id: strawberry.ID = strawberry.field(description=JOINT_GOAL_ID)


@strawberry.type
class JointGoalPayload(CommandPayload):
    joint_goal: JointGoal | None = strawberry.field(description=CHANGED)


@mutation(description="Make a goal of the whole team from goals that members offer to it.")
async def adopt_joint_goal(info: Info, input: AdoptJointGoalInput) -> JointGoalPayload:
    return await _payload(info, await send_command(info, input))


@mutation(description="Note how far a joint goal is; any member may.")
async def note_joint_goal_progress(info: Info, input: NoteJointGoalProgressInput) -> JointGoalPayload:
    return await _payload(info, await send_command(info, input))


@mutation(description="Record that the team reached a joint goal.")
async def reach_joint_goal(info: Info, input: ReachJointGoalInput) -> JointGoalPayload:
    return await _payload(info, await send_command(info, input))


async def _payload(info: Info, result: commands.CommandResult) -> JointGoalPayload:
    found = await changed_thing(info, result, view.joint_goal)
    return JointGoalPayload(
        command=command_result(info, result), joint_goal=joint_goal_of(found) if found else None
    )
