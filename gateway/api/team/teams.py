"""Teams, as their members see them, and the mutations with which HR's system reports teams."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from typing import Annotated, Any, Final

import strawberry
from strawberry import UNSET

from gateway.api.command_result import command_result
from gateway.api.names import Unit, team_leaf
from gateway.api.root_fields import mutation, query
from gateway.api.sending import CommandInput, CommandPayload, send_command
from gateway.api.team.goals_on_offer import GoalsOnOfferPart
from gateway.api.team.joint_goals import JointGoalsPart
from gateway.api.team.reads import wait_for_own_words
from gateway.api.team.sessions import SessionsPart
from gateway.api.team.shared_items import SharedItemsPart
from gateway.api.team.talent_map import TalentMapPart
from gateway.api.team.team_part import MembersPart
from gateway.api.team.work_offers import WorkOffersPart
from gateway.context import Context, Info
from gateway.types.arguments import WaitFor
from gateway.types.fields import field
from projections.views import catalogue, directory, organisation, profile, shared
from projections.views import team as view
from rules.names import plain_name


# The fields of the schema are in the order of these classes from the last to the first.
@strawberry.type(
    description=(
        "A team, to its members. No field depends on the caller, and none counts who shares nothing."
    )
)
class Team(
    SessionsPart,
    WorkOffersPart,
    JointGoalsPart,
    GoalsOnOfferPart,
    SharedItemsPart,
    TalentMapPart,
    MembersPart,
):
    @field(description="The team as everybody sees it: a leaf of the tree of units.")
    def as_unit(self) -> Unit:
        return team_leaf(self.content)


def team_of(content: organisation.Team) -> Team:
    """Return a team as its members see it; only for one that the caller is a member of."""
    return Team(id=strawberry.ID(content.team), version=content.version, name=content.name, content=content)


@query(description="A team that the caller is in, as each of its members sees it; null for any other.")
async def team(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="The team.")],
    wait_for: WaitFor = UNSET,
) -> Team | None:
    await info.wait_for(
        wait_for, catalogue.VIEW, directory.VIEW, organisation.VIEW, profile.VIEW, shared.VIEW, view.VIEW
    )
    await info.context.check_fresh(profile.VIEW)
    mine = await teams_of(info.context, info.context.person)
    found = next((team for team in mine if team.id == id), None)
    if found is not None and wait_for:
        await wait_for_own_words(info.context, found.content.team)
    return found


async def teams_of(context: Context, person: str) -> list[Team]:
    """Return someone's teams by name, without those whose forming the organisation view has not seen yet."""

    async def read(connection: Any) -> list[organisation.Team]:
        memberships = await profile.teams_of(connection, person)
        known = await organisation.teams_by_ids(connection, [member.team for member in memberships])
        return sorted(known.values(), key=lambda team: (plain_name(team.name), team.team))

    return [team_of(found) for found in await context.gateway.reader.subject(profile.VIEW, person, read)]


TEAM_KEY: Final = "The key that HR's system knows the team by."


@strawberry.input
class FormTeamInput(CommandInput):
    team_key: str = strawberry.field(description=TEAM_KEY)
    name: str = strawberry.field(description="What it is called.")
    unit_key: str = strawberry.field(description="The key of the unit that it is in.")


@strawberry.input
class RenameTeamInput(CommandInput):
    team_key: str = strawberry.field(description=TEAM_KEY)
    name: str = strawberry.field(description="What it is called from now on.")


@strawberry.input
class MoveTeamInput(CommandInput):
    team_key: str = strawberry.field(description=TEAM_KEY)
    unit_key: str = strawberry.field(description="The key of the unit that it is moved to.")


@strawberry.input
class CloseTeamInput(CommandInput):
    team_key: str = strawberry.field(description=TEAM_KEY)


@strawberry.input
class ReopenTeamInput(CommandInput):
    team_key: str = strawberry.field(description=TEAM_KEY)


@mutation(description="Form a team in a unit.")
async def form_team(info: Info, input: FormTeamInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(description="Give a team another name.")
async def rename_team(info: Info, input: RenameTeamInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(
    description=(
        "Move a team to another unit; a closed team too, so that it can be opened again in a unit "
        "that is open."
    )
)
async def move_team(info: Info, input: MoveTeamInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(description="Close a team.")
async def close_team(info: Info, input: CloseTeamInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(
    description=(
        "Open a closed team again in the unit that it was in, which must be open. Its memberships "
        "are as they were."
    )
)
async def reopen_team(info: Info, input: ReopenTeamInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))
