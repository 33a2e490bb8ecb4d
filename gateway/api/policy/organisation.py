"""`organisation`: what everyone may know of it."""

from datetime import date

import strawberry
from strawberry import UNSET, Info

from gateway.access import query
from gateway.connections import check_size
from gateway.context import Context
from gateway.fields import field
from gateway.queries.people import Unit, unit_of
from gateway.queries.policies import Policy, policy_of
from gateway.scalars import Position
from gateway.texts import LocalText
from projections.views import organisation as view


@strawberry.type(description="A unit or team formed, renamed, moved or closed.")
class UnitChange:
    on: date
    unit: Unit
    summary: LocalText


@strawberry.type(description="The organisation, as everyone may know it.")
class Organisation:
    id: strawberry.ID
    name: str
    version: int = strawberry.field(description="Of the policy stream.")

    @field(description="The children of a unit; without `of`, the top.")
    async def units(self, info: Info[Context, None], of: strawberry.ID | None = UNSET) -> list[Unit]:
        below = await info.context.gateway.reads.units_below(of or None)
        return [unit_of(unit) for unit in below]

    @field(description=("How the tree was changed, for all to see: a unit could be made to look at someone."))
    async def unit_changes(self, info: Info[Context, None], last: int = 20) -> list[UnitChange]:
        check_size(info.context, "last", last)
        return [_change(change) for change in await info.context.gateway.reads.unit_changes(last)]

    @field(description="The first is in force.")
    async def policies(self, info: Info[Context, None], last: int = 1) -> list[Policy]:
        check_size(info.context, "last", last)
        return [policy_of(policy) for policy in await info.context.gateway.reads.policies(last)]


def _change(read: view.UnitChange) -> UnitChange:
    return UnitChange(on=read.on, unit=unit_of(read.unit), summary=LocalText(nl=read.nl, en=read.en))


async def the_organisation(context: Context) -> Organisation | None:
    """Return the organisation as the view has it, None before it is founded."""
    found = await context.gateway.reads.the_organisation()
    if found is None:
        return None
    return Organisation(id=strawberry.ID(found.organisation), name=found.name, version=found.version)


@query(description="The organisation, its policy and its units: open to all.")
async def organisation(
    info: Info[Context, None], wait_for: list[Position] | None = UNSET
) -> Organisation | None:
    await info.context.wait_for(wait_for, view.VIEW)
    return await the_organisation(info.context)
