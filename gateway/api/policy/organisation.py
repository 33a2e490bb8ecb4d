"""`organisation`: what everyone may know of it."""

import strawberry
from strawberry import UNSET, Info

from gateway.api.names import Unit, unit_of
from gateway.api.paging import check_size
from gateway.api.policy.policies import Policy, policy_of
from gateway.api.units.units import UnitChange, unit_change_of
from gateway.context import Context
from gateway.types.access import query
from gateway.types.fields import field
from gateway.types.scalars import Position
from projections.views import organisation as view


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
        return [unit_change_of(change) for change in await info.context.gateway.reads.unit_changes(last)]

    @field(description="The first is in force.")
    async def policies(self, info: Info[Context, None], last: int = 1) -> list[Policy]:
        check_size(info.context, "last", last)
        return [policy_of(policy) for policy in await info.context.gateway.reads.policies(last)]


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
