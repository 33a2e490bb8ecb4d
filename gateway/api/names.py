"""People and teams by name, as others see them."""

from collections.abc import Sequence

import strawberry

from gateway.context import Context
from gateway.types.fields import waited_for
from gateway.types.ids import refers_to
from projections.views import organisation
from rules.names import plain_name


@strawberry.type(description="A colleague by name only. Which one the caller is, `Me.asColleague` says.")
class Colleague:
    id: strawberry.ID
    display_name: str = strawberry.field(
        description="The name as colleagues see it; empty when the person is no longer known."
    )


@strawberry.type(description="A part of the organisation by name; the leaves of the tree are the teams.")
class Unit:
    id: strawberry.ID
    name: str = strawberry.field(description="What it is called.")
    parent_id: strawberry.ID | None = refers_to("Unit", description="What it is in; null at the top.")


def unit_of(unit: organisation.Unit) -> Unit:
    parent = strawberry.ID(unit.parent) if unit.parent else None
    return Unit(id=strawberry.ID(unit.unit), name=unit.name, parent_id=parent)


async def colleague(context: Context, person: str) -> Colleague:
    """Return someone by name; the name is empty if the person is no longer known."""
    return Colleague(id=strawberry.ID(person), display_name=await context.loaders.names.load(person) or "")


async def colleagues_by_name(context: Context, persons: Sequence[str]) -> list[Colleague]:
    """Return these people sorted by name, without those who are not known."""
    names = await context.loaders.names.load_many(persons)
    known = sorted(
        (plain_name(name), person, name) for person, name in zip(persons, names, strict=True) if name
    )
    return [Colleague(id=strawberry.ID(person), display_name=name) for _, person, name in known]


def team_leaf(team: organisation.Team) -> Unit:
    return Unit(id=strawberry.ID(team.team), name=team.name, parent_id=strawberry.ID(team.unit))


def team_as_unit(context: Context, team: str | None) -> Unit | None:
    """Return a team as a leaf of the tree of units, for GraphQL to wait for; None once it is closed."""
    return waited_for(_team_as_unit(context, team)) if team else None


async def _team_as_unit(context: Context, team: str) -> Unit | None:
    found = await context.loaders.teams.load(team)
    return team_leaf(found) if found else None
