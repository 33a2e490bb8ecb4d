"""The mutations with which HR's system reports who works here and in which team, under its own keys."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date
from typing import Final

import strawberry
from strawberry import UNSET

from gateway.api.command_result import command_result
from gateway.api.root_fields import mutation
from gateway.api.sending import CommandInput, CommandPayload, send_command
from gateway.api.team.teams import TEAM_KEY
from gateway.context import Info
from gateway.types.enums import Returning

EMPLOYEE_NUMBER: Final = "The number that HR's system knows the person by."


@strawberry.input
class RegisterProfessionalInput(CommandInput):
    employee_number: str = strawberry.field(description=EMPLOYEE_NUMBER)
    name: str = strawberry.field(description="The name as colleagues will see it.")
    email: str = strawberry.field(description="The person's mail address.")
    returning: Returning | None = strawberry.field(
        default=UNSET,
        description=(
            "Who has the number, when it is of somebody, who left or works here, with another name and "
            "another address; CONFIRMATION_NEEDED asks for it. With NEW_PERSON, leave `expectedVersion` out."
        ),
    )


@strawberry.input
class RecordTeamJoinedInput(CommandInput):
    employee_number: str = strawberry.field(description=EMPLOYEE_NUMBER)
    team_key: str = strawberry.field(description=TEAM_KEY)
    on: date = strawberry.field(description="The first day in the team.")


@strawberry.input
class RecordTeamLeftInput(CommandInput):
    employee_number: str = strawberry.field(description=EMPLOYEE_NUMBER)
    team_key: str = strawberry.field(description=TEAM_KEY)
    on: date = strawberry.field(description="The day of leaving the team.")


@strawberry.input
class RecordEmploymentEndedInput(CommandInput):
    employee_number: str = strawberry.field(description=EMPLOYEE_NUMBER)
    on: date = strawberry.field(description="The day of leaving.")
    confirmed: bool | None = strawberry.field(
        default=UNSET,
        description="True for the only administrator; CONFIRMATION_NEEDED asks for it.",
    )


@mutation(description="Register somebody as a professional, or change the name or mail address of one.")
async def register_professional(info: Info, input: RegisterProfessionalInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(
    description=(
        "Record that a professional is in a team from a day on. Of somebody who is in the team "
        "already, with another day: the day is corrected."
    )
)
async def record_team_joined(info: Info, input: RecordTeamJoinedInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(
    description=("Record that a professional left a team. What they shared with it or offered to it ends.")
)
async def record_team_left(info: Info, input: RecordTeamLeftInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(
    description=(
        "Record that a professional left. Memberships, granted roles and sharings end; the portfolio "
        "is the owner's for some time, as `portfolioDaysAfterLeaving` says."
    )
)
async def record_employment_ended(info: Info, input: RecordEmploymentEndedInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))
