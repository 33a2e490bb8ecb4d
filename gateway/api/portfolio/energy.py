"""Energy sources and passions: activities that give or cost energy, and wishes for more."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import datetime
from typing import Final

import strawberry

from gateway.api.command_result import command_result
from gateway.api.portfolio.payloads import OwnersPayload
from gateway.api.portfolio.reads import changed_item
from gateway.api.portfolio.sharing import Shareable
from gateway.api.root_fields import mutation
from gateway.api.sending import CHANGED, CommandInput, send_command
from gateway.context import Info
from gateway.types.enums import EnergySourceKind, HoursBand
from gateway.types.ids import ITEM, refers_to
from projections.views import profile
from rules import commands

HOURS_PER_WEEK: Final = "How much of a usual working week it takes."


@strawberry.type(description="An activity from the working week that gives or costs energy.")
class EnergySource(Shareable):
    kind: EnergySourceKind = strawberry.field(description="Whether it gives or costs energy.")
    activity: str = strawberry.field(description="What the owner does.")
    hours_per_week: HoursBand = strawberry.field(description=HOURS_PER_WEEK)
    talent_ids: list[strawberry.ID] = refers_to(ITEM, description="The talents that it needs.")


@strawberry.type(description="What the owner wants more of.")
class Passion(Shareable):
    text: str = strawberry.field(description="In the owner's words.")
    named_at: datetime = strawberry.field(description="When it was named.")


def energy_source_of(portfolio: profile.Portfolio, source: profile.EnergySource) -> EnergySource:
    return EnergySource(
        id=strawberry.ID(source.source),
        portfolio=portfolio,
        kind=source.kind,
        activity=source.activity,
        hours_per_week=source.hours_per_week,
        talent_ids=[strawberry.ID(talent) for talent in source.talents],
    )


def passion_of(portfolio: profile.Portfolio, passion: profile.Passion) -> Passion:
    return Passion(
        id=strawberry.ID(passion.passion), portfolio=portfolio, text=passion.text, named_at=passion.named_at
    )


@strawberry.input
class NoteEnergySourceInput(CommandInput):
    kind: EnergySourceKind = strawberry.field(description="Whether it gives or costs energy.")
    activity: str = strawberry.field(description="What the owner does.")
    hours_per_week: HoursBand = strawberry.field(description=HOURS_PER_WEEK)
    talent_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="The talents that it needs."
    )


@strawberry.input
class RemoveEnergySourceInput(CommandInput):
    energy_source_id: strawberry.ID = strawberry.field(description="The energy source to remove.")


@strawberry.input
class NamePassionInput(CommandInput):
    text: str = strawberry.field(description="What the owner wants more of.")


@strawberry.input
class LetGoOfPassionInput(CommandInput):
    passion_id: strawberry.ID = strawberry.field(description="The passion to let go of.")


@strawberry.type
class EnergySourcePayload(OwnersPayload):
    energy_source: EnergySource | None = strawberry.field(description=CHANGED)


@strawberry.type
class PassionPayload(OwnersPayload):
    passion: Passion | None = strawberry.field(description=CHANGED)


@mutation(description="Note an activity that gives or costs energy.")
async def note_energy_source(info: Info, input: NoteEnergySourceInput) -> EnergySourcePayload:
    return await _energy_source(info, await send_command(info, input))


@mutation(description="Remove an energy source. What was shared of it ends.")
async def remove_energy_source(info: Info, input: RemoveEnergySourceInput) -> EnergySourcePayload:
    return await _energy_source(info, await send_command(info, input))


@mutation(description="Name something to do more of.")
async def name_passion(info: Info, input: NamePassionInput) -> PassionPayload:
    return await _passion(info, await send_command(info, input))


@mutation(description="Let go of a passion. What was shared of it ends.")
async def let_go_of_passion(info: Info, input: LetGoOfPassionInput) -> PassionPayload:
    return await _passion(info, await send_command(info, input))


async def _energy_source(info: Info, result: commands.CommandResult) -> EnergySourcePayload:
    portfolio, shown = await changed_item(
        info,
        result,
        lambda portfolio: portfolio.energy_sources,
        lambda item: item.source,
        energy_source_of,
        kind=EnergySource,
        parts=frozenset({"energy_sources"}),
    )
    return EnergySourcePayload(command=command_result(info, result), content=portfolio, energy_source=shown)


async def _passion(info: Info, result: commands.CommandResult) -> PassionPayload:
    portfolio, passion = await changed_item(
        info,
        result,
        lambda portfolio: portfolio.passions,
        lambda item: item.passion,
        passion_of,
        kind=Passion,
        parts=frozenset({"passions"}),
    )
    return PassionPayload(command=command_result(info, result), content=portfolio, passion=passion)
