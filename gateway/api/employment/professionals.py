"""Facts that the HR system tells, under its own keys."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date

import strawberry
from strawberry import UNSET, Info

from gateway.access import mutation
from gateway.context import Context
from gateway.mutations.giving import CommandInput, CommandPayload, give, result


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


@strawberry.input
class FormUnitInput(CommandInput):
    unit_key: str
    name: str
    parent_key: str | None = UNSET


@strawberry.input
class RenameUnitInput(CommandInput):
    unit_key: str
    name: str


@strawberry.input
class MoveUnitInput(CommandInput):
    unit_key: str
    parent_key: str


@strawberry.input
class CloseUnitInput(CommandInput):
    unit_key: str


@strawberry.input
class FormTeamInput(CommandInput):
    team_key: str
    name: str
    unit_key: str


@strawberry.input
class RenameTeamInput(CommandInput):
    team_key: str
    name: str


@strawberry.input
class CloseTeamInput(CommandInput):
    team_key: str


@mutation()
async def register_professional(
    info: Info[Context, None], input: RegisterProfessionalInput
) -> CommandPayload:
    return CommandPayload(command=result(info, await give(info, input)))


@mutation()
async def record_team_joined(info: Info[Context, None], input: RecordTeamJoinedInput) -> CommandPayload:
    return CommandPayload(command=result(info, await give(info, input)))


@mutation(description="What was shared with the team ends with it.")
async def record_team_left(info: Info[Context, None], input: RecordTeamLeftInput) -> CommandPayload:
    return CommandPayload(command=result(info, await give(info, input)))


@mutation()
async def record_employment_ended(
    info: Info[Context, None], input: RecordEmploymentEndedInput
) -> CommandPayload:
    return CommandPayload(command=result(info, await give(info, input)))


@mutation()
async def form_unit(info: Info[Context, None], input: FormUnitInput) -> CommandPayload:
    return CommandPayload(command=result(info, await give(info, input)))


@mutation()
async def rename_unit(info: Info[Context, None], input: RenameUnitInput) -> CommandPayload:
    return CommandPayload(command=result(info, await give(info, input)))


@mutation(description="Counts in releases from the next yearly layout on.")
async def move_unit(info: Info[Context, None], input: MoveUnitInput) -> CommandPayload:
    return CommandPayload(command=result(info, await give(info, input)))


@mutation()
async def close_unit(info: Info[Context, None], input: CloseUnitInput) -> CommandPayload:
    return CommandPayload(command=result(info, await give(info, input)))


@mutation()
async def form_team(info: Info[Context, None], input: FormTeamInput) -> CommandPayload:
    return CommandPayload(command=result(info, await give(info, input)))


@mutation()
async def rename_team(info: Info[Context, None], input: RenameTeamInput) -> CommandPayload:
    return CommandPayload(command=result(info, await give(info, input)))


@mutation()
async def close_team(info: Info[Context, None], input: CloseTeamInput) -> CommandPayload:
    return CommandPayload(command=result(info, await give(info, input)))
