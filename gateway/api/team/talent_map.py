"""`Team.talentMap`: the talents that members opened to their team, as a table."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Annotated

import strawberry
from strawberry import UNSET

from gateway.api.catalogue.terms import TalentTerm, talent_term
from gateway.api.names import Colleague
from gateway.api.portfolio.shared import quadrant_shown
from gateway.api.portfolio.talents import ENERGY, QUADRANT, STRENGTH
from gateway.api.team.energies import (
    TermEnergy,
    colleagues_of,
    record_talents,
    talents_of_team,
    term_energy,
)
from gateway.api.team.team_part import MEMBERS_ASSUMED, TeamPart
from gateway.context import Context, Info
from gateway.reading.talent_map import MapRow, last_fact, map_rows
from gateway.types.enums import TalentQuadrant, described
from gateway.types.fields import LENGTH, field
from gateway.types.ids import refers_to
from gateway.types.texts import LocalText, address_in_both
from projections.views import catalogue, shared
from rules.pages import Page
from rules.quadrants import STRONG_FROM

ROWS_ASSUMED = 200
"""How many rows the cost of a map is measured with; those that there are count while it is made."""
OPPOSITES_ASSUMED = 50
_ROW = b"ipp.talent-map-row.v1"


class Coverage(Enum):
    NOBODY = "NOBODY"
    ONE = "ONE"
    SEVERAL = "SEVERAL"


described(
    Coverage,
    description=f"How many people have a talent at strength {STRONG_FROM} or more, of what is shown here.",
    values={
        "NOBODY": "Nobody who shows it here; more may have it and not show it.",
        "ONE": "One person.",
        "SEVERAL": "Two people or more.",
    },
)


@strawberry.type(description="One talent of one member.")
class TalentMapCell:
    holder_id: strawberry.ID = refers_to("Colleague", description="Whose it is, one of `holders`.")
    strength: int = strawberry.field(description=STRENGTH)
    energy: int | None = strawberry.field(
        description=f"{ENERGY} Null, as `quadrant` is, unless the owner shared it too."
    )
    quadrant: TalentQuadrant | None = strawberry.field(description=QUADRANT)
    story: str | None = strawberry.field(
        description="How it shows, in the owner's words. For a side panel: leave it out of the first query."
    )
    shared_since: date = strawberry.field(description="The day since when it is open to the team.")
    until: date = strawberry.field(description="The last day that it is open.")


@strawberry.type(description="One talent across the team.")
class TalentMapRow:
    id: strawberry.ID
    as_of: strawberry.Private[datetime | None]
    """The moment of the past that is shown; None for now."""
    name: LocalText = strawberry.field(
        description="The shared word, or the own words as the first holder wrote them."
    )
    term: TalentTerm | None = strawberry.field(description="The shared word; null for own words.")
    coverage: Coverage = strawberry.field(
        description="How many have it in fact, as they said themselves. Counted from `cells`."
    )
    cells: list[TalentMapCell] = strawberry.field(
        description=(
            "In the order of `holders`. Two cells of one holder are two talents, of which one word took the "
            "other's place."
        )
    )


@strawberry.type(
    description=(
        "What members shared with the team or wider. Draw it as a table: `holders` are the columns, `rows` "
        "the rows, their `cells` the filled cells."
    )
)
class TeamTalentMap:
    as_of: datetime = strawberry.field(
        description=(
            "The moment of the last fact that it shows; of a past without one, the moment that was asked for."
        )
    )
    holders: list[Colleague] = strawberry.field(
        description="Who shared a talent, by name.", metadata={LENGTH: MEMBERS_ASSUMED}
    )
    rows: list[TalentMapRow] = strawberry.field(
        description=(
            "By family, and then by Dutch name: each word that was shared and each word that the working "
            "group wrote, without loaded lists. Then each talent in own words, by name."
        ),
        metadata={LENGTH: ROWS_ASSUMED},
    )
    energy_opposites: list[TermEnergy] = strawberry.field(
        description="What gives some energy and costs others: to talk about, not to divide work by.",
        metadata={LENGTH: OPPOSITES_ASSUMED},
    )

    @field(description="The address of the page on who sees what one shares: link it from the map.")
    def explanation(self, info: Info) -> LocalText:
        return address_in_both(Page.STAFF, public_url=info.context.gateway.public_url)


@strawberry.type
class TalentMapPart(TeamPart):
    @field(
        description=(
            "The talents that members opened to the team or to everybody, and nothing else. With `asOf`: of "
            "what is open today, what was open at that moment too, of people who are members today and were "
            "then, in their numbers and stories of then. Words and names are those of today; rows have ids "
            "of that moment."
        )
    )
    async def talent_map(
        self,
        info: Info,
        as_of: Annotated[
            datetime | None,
            strawberry.argument(
                description="A moment of the past, to show the map of then. Left out, the current one."
            ),
        ] = UNSET,
        cluster_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only the words of this family.")
        ] = UNSET,
    ) -> TeamTalentMap:
        moment = info.context.gateway.calendar.past(as_of or None)
        return await _talent_map(info.context, self.content.team, moment, cluster_id or None)


async def _talent_map(
    context: Context, team: str, as_of: datetime | None, cluster: str | None
) -> TeamTalentMap:
    opened = await talents_of_team(context, team, as_of)
    async with context.gateway.reader.connection() as connection:
        offered = await catalogue.terms_of_working_group(connection, cluster=cluster)
    rows = map_rows(opened.talents, opened.terms, offered, cluster=cluster)
    in_rows = {(one.owner, one.item) for row in rows for one in row.talents}
    talents = [one for one in opened.talents if (one.owner, one.item) in in_rows]
    await record_talents(context, talents)
    people = colleagues_of(talents)
    return TeamTalentMap(
        as_of=last_fact(rows, nothing=opened.since, until=as_of),
        holders=list(people.values()),
        rows=[_row(context, team, row, as_of) for row in rows],
        energy_opposites=_opposites(rows, people),
    )


def _opposites(rows: Sequence[MapRow], people: Mapping[str, Colleague]) -> list[TermEnergy]:
    return [term_energy(row, people) for row in rows if row.term and row.is_opposite]


def _row(context: Context, team: str, row: MapRow, as_of: datetime | None) -> TalentMapRow:
    # Of this team: a client's cache keeps a row by its id, and another team's row of the word is another.
    key = context.gateway.position_cipher.alias(f"{team} {row.term is None} {row.key}", purpose=_ROW)
    return TalentMapRow(
        id=strawberry.ID(key),
        as_of=as_of,
        name=LocalText(nl=row.nl, en=row.en),
        term=talent_term(row.term) if row.term else None,
        coverage=_coverage(row.holders),
        cells=[_cell(context, talent) for talent in row.talents],
    )


def _coverage(holders: int) -> Coverage:
    return (Coverage.NOBODY, Coverage.ONE, Coverage.SEVERAL)[min(holders, 2)]


def _cell(context: Context, talent: shared.TeamTalent) -> TalentMapCell:
    return TalentMapCell(
        holder_id=strawberry.ID(talent.owner),
        strength=talent.strength or 0,  # every talent has one
        energy=talent.energy,
        quadrant=quadrant_shown(talent),
        story=talent.text,
        shared_since=context.gateway.calendar.local(talent.since).date(),
        until=talent.until,
    )
