"""To whom in a team a talent gives energy and whom it costs, as far as they shared that."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import strawberry

from gateway.api.catalogue.terms import TalentTerm, talent_term
from gateway.api.names import Colleague
from gateway.api.showing import record_shown
from gateway.api.team.team_part import MEMBERS_ASSUMED
from gateway.context import Context
from gateway.reading.talent_map import MapRow, map_rows
from gateway.reading.team_items import OpenTalents, Past, TeamAsked
from gateway.types.fields import LENGTH
from projections.views import shared


@strawberry.type(
    description=(
        "To whom the talent of a shared word gives energy and whom it costs, as far as they shared it with "
        "the team. Nobody is weighed against anybody."
    )
)
class TermEnergy:
    term: TalentTerm = strawberry.field(description="The shared word.")
    gives_to: list[Colleague] = strawberry.field(
        description="To whom it gives energy, by name.", metadata={LENGTH: MEMBERS_ASSUMED}
    )
    costs: list[Colleague] = strawberry.field(
        description="Whom it costs energy, by name.", metadata={LENGTH: MEMBERS_ASSUMED}
    )


async def talents_of_team(context: Context, team: str, as_of: datetime | None = None) -> OpenTalents:
    """
    Return the talents that are open in a team, or were at a moment of the past.

    Before one is shown, `record_talents` is called with it.
    """
    return await context.loaders.talents.load(team_asked(context, team, as_of))


def team_asked(context: Context, team: str, as_of: datetime | None = None) -> TeamAsked:
    calendar = context.gateway.calendar
    return TeamAsked(
        team=team,
        viewer=context.person,
        today=calendar.today(),
        at_most_s=context.gateway.limits.staleness_max_s,
        past=Past(moment=as_of, day=calendar.local(as_of).date()) if as_of else None,
    )


async def record_talents(context: Context, talents: Iterable[shared.TeamTalent]) -> None:
    """Record that these talents are shown on a team's page. Raises UNAVAILABLE."""
    await record_shown(context, "TEAM_PAGE", [(one.owner, one.kind, one.item) for one in talents])


async def energies_of_terms(context: Context, team: str, term_ids: Sequence[str]) -> list[TermEnergy]:
    """
    Return the energy that these terms give and cost in a team, by cluster and name, each term once.

    A term that nobody shared the energy of is not in the list. What is returned was recorded in the owners'
    read logs; several calls at the same moment read and record once.
    """
    opened = await talents_of_team(context, team)
    wanted = [term for term in await context.loaders.terms.load_many(term_ids) if term]
    names = {term.term for term in wanted}
    talents = [one for one in opened.talents if one.term in names and one.energy]
    await record_talents(context, talents)
    people = colleagues_of(talents)
    return [term_energy(row, people) for row in map_rows(talents, {}, wanted) if row.talents]


def colleagues_of(talents: Iterable[shared.TeamTalent]) -> dict[str, Colleague]:
    """Return the owners of talents by id, in the order of the talents."""
    return {one.owner: Colleague(id=strawberry.ID(one.owner), display_name=one.owner_name) for one in talents}


def term_energy(row: MapRow, people: Mapping[str, Colleague]) -> TermEnergy:
    """Return the energy of a row that has a term. Raises ValueError for own words."""
    if row.term is None:
        raise ValueError("own words have no shared term")
    return TermEnergy(
        term=talent_term(row.term),
        gives_to=[people[person] for person in row.gives_to],
        costs=[people[person] for person in row.costs],
    )
