"""`organisation`: what everyone may know of it."""

import strawberry
from strawberry import UNSET, Info

from gateway.access import query
from gateway.context import Context
from gateway.fields import field
from gateway.queries.people import Unit, unit_of
from gateway.scalars import Position
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


@query(description="The organisation, its policy and its units: open to all.")
async def organisation(
    info: Info[Context, None], wait_for: list[Position] | None = UNSET
) -> Organisation | None:
    await info.context.wait_for(wait_for, view.VIEW)
    found = await info.context.gateway.reads.the_organisation()
    if found is None:
        return None
    return Organisation(id=strawberry.ID(found.organisation), name=found.name, version=found.version)
