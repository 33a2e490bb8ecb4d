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
class FormUnitInput(CommandInput):
    unit_key: str
    name: str
    parent_key: str | None = UNSET


@strawberry.input
class FormTeamInput(CommandInput):
    team_key: str
    name: str
    unit_key: str


@mutation()
async def register_professional(
    info: Info[Context, None], input: RegisterProfessionalInput
) -> CommandPayload:
    return CommandPayload(command=result(info, await give(info, input)))


@mutation()
async def record_team_joined(info: Info[Context, None], input: RecordTeamJoinedInput) -> CommandPayload:
    return CommandPayload(command=result(info, await give(info, input)))


@mutation()
async def form_unit(info: Info[Context, None], input: FormUnitInput) -> CommandPayload:
    return CommandPayload(command=result(info, await give(info, input)))


@mutation()
async def form_team(info: Info[Context, None], input: FormTeamInput) -> CommandPayload:
    return CommandPayload(command=result(info, await give(info, input)))
