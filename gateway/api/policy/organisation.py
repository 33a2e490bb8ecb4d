"""`organisation`: its units, the changes of its units, and its policies, for everyone."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from gateway.api.names import Unit, unit_of
from gateway.api.paging import check_page_size
from gateway.api.policy.policies import Policy, policy_of
from gateway.api.root_fields import query
from gateway.api.units.units import UnitChange, unit_change_of
from gateway.context import Context, Info
from gateway.reading.view_reader import check_not_parked
from gateway.types.arguments import Last, WaitFor
from gateway.types.fields import field
from projections.views import organisation as view
from rules.names import plain_name


@strawberry.type(description="The organisation, as everyone may know it.")
class Organisation:
    id: strawberry.ID
    name: str = strawberry.field(description="What it is called.")
    version: int = strawberry.field(description="The version of its policies and granted roles.")

    @field(description="What is below a unit, by name: units, and teams as the leaves.")
    async def units(
        self,
        info: Info,
        of: Annotated[
            strawberry.ID | None, strawberry.argument(description="The unit. Left out, the top of the tree.")
        ] = UNSET,
    ) -> list[Unit]:
        return [unit_of(unit) for unit in await _units_below(info.context, of or None)]

    @field(
        description=(
            "How the tree was changed, newest first. Everyone sees it, since a unit could be made to "
            "look at one person."
        )
    )
    async def unit_changes(self, info: Info, last: Last = 20) -> list[UnitChange]:
        check_page_size(info.context, "last", last)
        async with info.context.gateway.reader.connection() as connection:
            changes = await view.unit_changes(connection, last=last)
        return [unit_change_of(change) for change in changes]

    @field(description="The policies, newest first; the first is in force.")
    async def policies(self, info: Info, last: Last = 1) -> list[Policy]:
        check_page_size(info.context, "last", last)
        async with info.context.gateway.reader.connection() as connection:
            policies = await view.policies(connection, last=last)
        keeper = info.context.gateway.keeper
        return [policy_of(policy, keeper=keeper) for policy in policies]


async def _units_below(context: Context, parent: str | None) -> list[view.Unit]:
    """Return the children of a unit, or the top, by name; teams are the leaves."""
    async with context.gateway.reader.connection() as connection:
        units = [unit for unit in await view.units(connection) if unit.parent == parent]
        teams = [team for team in await view.teams(connection) if team.unit == parent]
    leaves = [view.Unit(unit=team.team, name=team.name, parent=team.unit) for team in teams]
    return sorted([*units, *leaves], key=lambda unit: (plain_name(unit.name), unit.unit))


async def the_organisation(context: Context) -> Organisation | None:
    """Return the organisation, None before it is founded. Raises PARKED."""
    async with context.gateway.reader.connection() as connection:
        found = await view.organisation(connection)
        if found is None:
            return None
        await check_not_parked(connection, view.VIEW, [found.organisation])
    return Organisation(id=strawberry.ID(found.organisation), name=found.name, version=found.version)


@query(description="The organisation, its policies and its units: open to all.")
async def organisation(info: Info, wait_for: WaitFor = UNSET) -> Organisation | None:
    await info.wait_for(wait_for, view.VIEW)
    return await the_organisation(info.context)
