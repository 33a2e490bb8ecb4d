"""Changes of the tree of units, and the mutations with which HR's system reports them under its own keys."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date

import strawberry
from strawberry import UNSET

from gateway.api.command_result import command_result
from gateway.api.names import Unit, unit_of
from gateway.api.root_fields import mutation
from gateway.api.sending import CommandInput, CommandPayload, send_command
from gateway.context import Info
from gateway.types.texts import LocalText
from projections.views import organisation as view


@strawberry.type(description="A unit or team formed, renamed, moved or closed.")
class UnitChange:
    on: date
    unit: Unit
    summary: LocalText


def unit_change_of(change: view.UnitChange) -> UnitChange:
    return UnitChange(on=change.on, unit=unit_of(change.unit), summary=LocalText(nl=change.nl, en=change.en))


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
    parent_key: str | None = strawberry.field(
        default=UNSET, description="The unit that it goes under; null for the top. It can't be left out."
    )


@strawberry.input
class CloseUnitInput(CommandInput):
    unit_key: str


@strawberry.input
class ReopenUnitInput(CommandInput):
    unit_key: str


@mutation()
async def form_unit(info: Info, input: FormUnitInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation()
async def rename_unit(info: Info, input: RenameUnitInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(description="Counts in releases from the next yearly layout on.")
async def move_unit(info: Info, input: MoveUnitInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(description="Refused while an open unit or an open team is in it.")
async def close_unit(info: Info, input: CloseUnitInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(description="In the place that it was in; what is above it must be open.")
async def reopen_unit(info: Info, input: ReopenUnitInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))
