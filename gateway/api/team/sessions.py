"""`Team.sessions`: what the team agreed when it talked, and the mutation that records it."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date
from typing import Final

import strawberry

from gateway.api.command_result import command_result
from gateway.api.paging import check_page_size
from gateway.api.root_fields import mutation
from gateway.api.sending import CHANGED, CommandInput, CommandPayload, send_command
from gateway.api.team.reads import changed_thing, read_team
from gateway.api.team.team_part import TeamPart
from gateway.context import Info
from gateway.types.arguments import Last
from gateway.types.fields import LENGTH, field
from projections.views import team as view
from rules.team.things import thing_id

AGREEMENTS_MAX: Final = 20


@strawberry.type(description="The team talked, and this was agreed.")
class TeamSession:
    id: strawberry.ID
    held_on: date = strawberry.field(description="The day on which the team talked.")
    agreements: list[str] = strawberry.field(
        description="What was agreed, in the words of the member who wrote it down.",
        metadata={LENGTH: AGREEMENTS_MAX},
    )


def session_of(session: view.Session) -> TeamSession:
    return TeamSession(
        id=strawberry.ID(thing_id(session.team, session.session)),
        held_on=session.held_on,
        agreements=list(session.agreements),
    )


@strawberry.type
class SessionsPart(TeamPart):
    @field(description="What the team agreed when it talked, the newest first.")
    async def sessions(self, info: Info, last: Last = 10) -> list[TeamSession]:
        check_page_size(info.context, "last", last)
        team = self.content.team
        found = await read_team(
            info.context, team, lambda connection: view.sessions(connection, team, limit=last)
        )
        return [session_of(session) for session in found]


@strawberry.input
class RecordTeamSessionInput(CommandInput):
    team_id: strawberry.ID = strawberry.field(description="A team that the caller is in.")
    held_on: date = strawberry.field(description="The day on which the team talked, today or earlier.")
    agreements: list[str] = strawberry.field(
        description="What was agreed: at least one, 20 at most, of 500 characters at most each."
    )


@strawberry.type
class TeamSessionPayload(CommandPayload):
    session: TeamSession | None = strawberry.field(description=CHANGED)


@mutation(description="Record that the team talked, and what was agreed.")
async def record_team_session(info: Info, input: RecordTeamSessionInput) -> TeamSessionPayload:
    result = await send_command(info, input)
    found = await changed_thing(info, result, view.session)
    return TeamSessionPayload(
        command=command_result(info, result), session=session_of(found) if found else None
    )
