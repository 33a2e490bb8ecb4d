"""The mutations of the rollout: of people for a team of their own, and of the working group."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from typing import Final

import strawberry
from strawberry import UNSET

from gateway.api.command_result import command_result
from gateway.api.rollout.rollout import (
    Experience,
    Material,
    RolloutTeam,
    experience_of,
    material_of,
    team_by_id,
)
from gateway.api.root_fields import mutation
from gateway.api.sending import CHANGED, CommandInput, CommandPayload, can_show_result, send_command
from gateway.context import Info
from gateway.types.scalars import Url
from gateway.types.texts import LocalTextInput
from projections.views import rollout as view
from rules import commands

OWN_TEAM: Final = "A team of your own."


@strawberry.input
class StepForwardAsFrontRunnerInput(CommandInput):
    team_id: strawberry.ID = strawberry.field(description=OWN_TEAM)


@strawberry.input
class InviteTeamInput(CommandInput):
    team_id: strawberry.ID = strawberry.field(description=f"{OWN_TEAM} You stepped forward in it.")


@strawberry.input
class StartTeamInput(CommandInput):
    team_id: strawberry.ID = strawberry.field(description=OWN_TEAM)


@strawberry.input
class PauseTeamInput(CommandInput):
    team_id: strawberry.ID = strawberry.field(description=OWN_TEAM)


@strawberry.input
class ShareExperienceInput(CommandInput):
    text: str = strawberry.field(
        description="How it goes, 2,000 characters at most. Everybody who works here can read it."
    )
    team_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description=f"{OWN_TEAM} Left out, it is about none."
    )


@strawberry.input
class PublishMaterialInput(CommandInput):
    title: LocalTextInput = strawberry.field(description="What it is, 120 characters at most.")
    text: LocalTextInput = strawberry.field(description="How to use it, 4,000 characters at most.")
    link: Url | None = strawberry.field(default=UNSET, description="Where it is, if it is somewhere else.")


@strawberry.type
class RolloutTeamPayload(CommandPayload):
    rollout_team: RolloutTeam | None = strawberry.field(description=CHANGED)


@strawberry.type
class ExperiencePayload(CommandPayload):
    experience: Experience | None = strawberry.field(description=CHANGED)


@strawberry.type
class MaterialPayload(CommandPayload):
    material: Material | None = strawberry.field(description=CHANGED)


@mutation(description="Go first in a team of your own.")
async def step_forward_as_front_runner(
    info: Info, input: StepForwardAsFrontRunnerInput
) -> RolloutTeamPayload:
    return await _team(info, await send_command(info, input))


@mutation(description="Invite a team of your own to begin, as its front runner.")
async def invite_team(info: Info, input: InviteTeamInput) -> RolloutTeamPayload:
    return await _team(info, await send_command(info, input))


@mutation(
    description="Record that a team of your own decided to begin, or to go on after a pause; asked or not."
)
async def start_team(info: Info, input: StartTeamInput) -> RolloutTeamPayload:
    return await _team(info, await send_command(info, input))


@mutation(description="Record that a team of your own decided to pause.")
async def pause_team(info: Info, input: PauseTeamInput) -> RolloutTeamPayload:
    return await _team(info, await send_command(info, input))


@mutation(
    description=(
        "Share with everybody who works here how it goes. It is shown with your name, until you leave."
    )
)
async def share_experience(info: Info, input: ShareExperienceInput) -> ExperiencePayload:
    result = await send_command(info, input)
    experience = None
    if await can_show_result(info, result, view.VIEW) and result.entity_id:
        async with info.context.gateway.reader.connection() as connection:
            found = await view.experience_by_id(connection, result.entity_id)
        experience = experience_of(found) if found else None
    return ExperiencePayload(command=command_result(info, result), experience=experience)


@mutation(description="Offer something to work with, to everybody who works here.")
async def publish_material(info: Info, input: PublishMaterialInput) -> MaterialPayload:
    result = await send_command(info, input)
    material = None
    if await can_show_result(info, result, view.VIEW) and result.entity_id:
        async with info.context.gateway.reader.connection() as connection:
            found = await view.material_by_id(connection, result.entity_id)
        material = material_of(found) if found else None
    return MaterialPayload(command=command_result(info, result), material=material)


async def _team(info: Info, result: commands.CommandResult) -> RolloutTeamPayload:
    seen = await can_show_result(info, result, view.VIEW, of_another=True)
    team = await team_by_id(info.context, result.entity_id) if seen and result.entity_id else None
    return RolloutTeamPayload(command=command_result(info, result), rollout_team=team)
