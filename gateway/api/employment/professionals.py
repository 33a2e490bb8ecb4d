"""What HR's system says about who works here and in which team, under its own numbers and keys."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date

import strawberry
from strawberry import Info

from gateway.api.sending import CommandInput, CommandPayload, result_of, send_command
from gateway.context import Context
from gateway.types.access import mutation


@strawberry.input
class RegisterProfessionalInput(CommandInput):
    employee_number: str
    name: str
    email: str


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
async def register_professional(
    info: Info[Context, None], input: RegisterProfessionalInput
) -> CommandPayload:
    return CommandPayload(command=result_of(info, await send_command(info, input)))


@mutation()
async def record_team_joined(info: Info[Context, None], input: RecordTeamJoinedInput) -> CommandPayload:
    return CommandPayload(command=result_of(info, await send_command(info, input)))


@mutation(description="What was shared with the team ends with it.")
async def record_team_left(info: Info[Context, None], input: RecordTeamLeftInput) -> CommandPayload:
    return CommandPayload(command=result_of(info, await send_command(info, input)))


@mutation()
async def record_employment_ended(
    info: Info[Context, None], input: RecordEmploymentEndedInput
) -> CommandPayload:
    return CommandPayload(command=result_of(info, await send_command(info, input)))
