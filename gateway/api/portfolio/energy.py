"""What gives and costs energy, and what the owner wants more of."""

# ruff: noqa: A002 - arguments are called as in GraphQL

import strawberry
from strawberry import Info

from gateway.access import mutation
from gateway.command_bus import Fate
from gateway.context import Context
from gateway.mutations.changing import changed_item
from gateway.mutations.giving import CommandInput, give, result
from gateway.outcomes import CommandResult
from gateway.queries.items import (
    EnergySource,
    EnergySourceKind,
    HoursBand,
    Passion,
    energy_source_of,
    passion_of,
)


@strawberry.input
class NoteEnergySourceInput(CommandInput):
    kind: EnergySourceKind
    activity: str
    hours_per_week: HoursBand
    talent_ids: list[strawberry.ID] = strawberry.field(default_factory=list)


@strawberry.input
class RemoveEnergySourceInput(CommandInput):
    energy_source_id: strawberry.ID


@strawberry.input
class NamePassionInput(CommandInput):
    text: str


@strawberry.input
class LetGoOfPassionInput(CommandInput):
    passion_id: strawberry.ID


@strawberry.type
class EnergySourcePayload:
    command: CommandResult
    energy_source: EnergySource | None


@strawberry.type
class PassionPayload:
    command: CommandResult
    passion: Passion | None


@mutation()
async def note_energy_source(info: Info[Context, None], input: NoteEnergySourceInput) -> EnergySourcePayload:
    return await _energy_source(info, await give(info, input))


@mutation()
async def remove_energy_source(
    info: Info[Context, None], input: RemoveEnergySourceInput
) -> EnergySourcePayload:
    return await _energy_source(info, await give(info, input))


@mutation()
async def name_passion(info: Info[Context, None], input: NamePassionInput) -> PassionPayload:
    return await _passion(info, await give(info, input))


@mutation()
async def let_go_of_passion(info: Info[Context, None], input: LetGoOfPassionInput) -> PassionPayload:
    return await _passion(info, await give(info, input))


async def _energy_source(info: Info[Context, None], fate: Fate) -> EnergySourcePayload:
    found = await changed_item(info, fate, lambda read: read.energy_sources, lambda item: item.source)
    shown = energy_source_of(*found) if found else None
    return EnergySourcePayload(command=result(info, fate), energy_source=shown)


async def _passion(info: Info[Context, None], fate: Fate) -> PassionPayload:
    found = await changed_item(info, fate, lambda read: read.passions, lambda item: item.passion)
    shown = passion_of(*found) if found else None
    return PassionPayload(command=result(info, fate), passion=shown)
