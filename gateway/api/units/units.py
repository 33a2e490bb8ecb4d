"""Changes of the tree of units, and the mutations with which HR's system reports them under its own keys."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date
from typing import Final

import strawberry
from strawberry import UNSET

from gateway.api.command_result import command_result
from gateway.api.names import Unit, unit_of
from gateway.api.root_fields import mutation
from gateway.api.sending import CommandInput, CommandPayload, send_command
from gateway.context import Info
from gateway.types.texts import LocalText
from projections.views import organisation as view


@strawberry.type(
    description=(
        "How the tree of units was changed: a unit or team was formed, renamed, moved, closed or reopened."
    )
)
class UnitChange:
    on: date = strawberry.field(description="The day of the change.")
    unit: Unit = strawberry.field(description="What was changed.")
    summary: LocalText = strawberry.field(description="What happened, in words.")


def unit_change_of(change: view.UnitChange) -> UnitChange:
    return UnitChange(on=change.on, unit=unit_of(change.unit), summary=LocalText(nl=change.nl, en=change.en))


UNIT_KEY: Final = "The key that HR's system knows the unit by."


@strawberry.input
class FormUnitInput(CommandInput):
    unit_key: str = strawberry.field(description=UNIT_KEY)
    name: str = strawberry.field(description="What it is called.")
    parent_key: str | None = strawberry.field(
        default=UNSET, description="The key of the unit above it. Left out or null, it is at the top."
    )


@strawberry.input
class RenameUnitInput(CommandInput):
    unit_key: str = strawberry.field(description=UNIT_KEY)
    name: str = strawberry.field(description="What it is called from now on.")


@strawberry.input
class MoveUnitInput(CommandInput):
    unit_key: str = strawberry.field(description=UNIT_KEY)
    parent_key: str | None = strawberry.field(
        default=UNSET,
        description="The key of the unit that it goes under; null for the top. It can't be left out.",
    )


@strawberry.input
class CloseUnitInput(CommandInput):
    unit_key: str = strawberry.field(description=UNIT_KEY)


@strawberry.input
class ReopenUnitInput(CommandInput):
    unit_key: str = strawberry.field(description=UNIT_KEY)


@mutation(description="Form a unit of the organisation, under another one or at the top.")
async def form_unit(info: Info, input: FormUnitInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(description="Give a unit another name.")
async def rename_unit(info: Info, input: RenameUnitInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(description="Place a unit, with everything below it, under another one or at the top.")
async def move_unit(info: Info, input: MoveUnitInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(description="Close a unit. Refused while an open unit or an open team is in it.")
async def close_unit(info: Info, input: CloseUnitInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))


@mutation(description="Open a closed unit again in the place that it was in; what is above it must be open.")
async def reopen_unit(info: Info, input: ReopenUnitInput) -> CommandPayload:
    return CommandPayload(command=command_result(info, await send_command(info, input)))
