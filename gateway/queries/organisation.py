"""`organisation`: what everyone may know of it."""

import strawberry
from strawberry import UNSET, Info

from gateway.access import query
from gateway.context import Context
from gateway.fields import field
from gateway.scalars import Position
from projections.views import organisation as view


@strawberry.type(description="A part of the organisation by name; the leaves of the tree are the teams.")
class Unit:
    id: strawberry.ID
    name: str
    parent_id: strawberry.ID | None


@strawberry.type(description="The organisation, as everyone may know it.")
class Organisation:
    id: strawberry.ID
    name: str
    version: int = strawberry.field(description="Of the policy stream.")

    @field(description="The children of a unit; without `of`, the top.")
    async def units(self, info: Info[Context, None], of: strawberry.ID | None = UNSET) -> list[Unit]:
        below = await info.context.gateway.reads.units_below(of or None)
        return [_unit(unit) for unit in below]


def _unit(unit: view.Unit) -> Unit:
    parent = strawberry.ID(unit.parent) if unit.parent else None
    return Unit(id=strawberry.ID(unit.unit), name=unit.name, parent_id=parent)


@query(description="The organisation, its policy and its units: open to all.")
async def organisation(
    info: Info[Context, None], wait_for: list[Position] | None = UNSET
) -> Organisation | None:
    await info.context.wait_for(wait_for, view.VIEW)
    found = await info.context.gateway.reads.the_organisation()
    if found is None:
        return None
    return Organisation(id=strawberry.ID(found.organisation), name=found.name, version=found.version)
