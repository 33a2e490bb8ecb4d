"""The mutations with which HR's system reports who works here and in which team, under its own keys."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date

import strawberry
from strawberry import UNSET

from gateway.api.command_result import command_result
from gateway.api.root_fields import mutation
from gateway.api.sending import CommandInput, CommandPayload, send_command
from gateway.context import Info
from gateway.types.enums import Returning


@strawberry.input
class RegisterProfessionalInput(CommandInput):
    employee_number: str
    name: str
    email: str
    returning: Returning | None = strawberry.field(
        default=UNSET,
        description=(
            "Needed when the number is of somebody who left under another name and another address; "
            "CONFIRMATION_NEEDED asks for it. With NEW_PERSON, leave `expectedVersion` out."
        ),
    )


@strawberry.input
class RecordTeamJoinedInput(CommandInput):
    employee_number: str
    team_key: str
    on: date


@strawberry.input
class RecordTeamLeftInput(CommandInput):
    employee_number: str
    team_key: str
    on: date


@strawberry.input
class RecordEmploymentEndedInput(CommandInput):
    employee_number: str
    on: date


@mutation()
async def register_professional(info: Info, input: RegisterProfessionalInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(description="Of somebody who is in the team already, with another day: the day is corrected.")
async def record_team_joined(info: Info, input: RecordTeamJoinedInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(description="What was shared with the team ends with it.")
async def record_team_left(info: Info, input: RecordTeamLeftInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation()
async def record_employment_ended(info: Info, input: RecordEmploymentEndedInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))
