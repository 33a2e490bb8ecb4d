"""`capabilities` and `capabilityReleases`: what the organisation is good at, in ranges."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final

import strawberry
from strawberry import UNSET

from gateway.api.catalogue.terms import TalentTerm, TermCluster, cluster_of, talent_term
from gateway.api.names import Unit
from gateway.api.paging import check_page_size
from gateway.api.releases.csv_file import MEDIA_TYPE, ShownTerm, csv_file
from gateway.api.releases.picture import Picture, read_picture
from gateway.api.root_fields import query
from gateway.context import Info
from gateway.errors import ErrorCode, GatewayError
from gateway.reading.view_reader import check_organisation_not_parked
from gateway.types.arguments import Last
from gateway.types.bands import CountBand
from gateway.types.downloads import Download, download_of
from gateway.types.enums import EnergyWord, Held, Language, Trend
from gateway.types.fields import field
from gateway.types.ids import refers_to
from gateway.types.texts import LocalText, address_in_both
from projections.views import catalogue
from projections.views import releases as view
from rules.pages import Page
from rules.releases import model
from rules.releases.units.rows import Row

CELLS_MAX: Final = 2_000
"""Rows of one answer; a table of more is no table that a person reads."""
HIDDEN: Final = 'Null hides it: say "too few to show safely" (te weinig om veilig te tonen), never 0 or blank'
Clusters = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Only this family of words, from `talentCatalogue { clusters }`."),
]


@strawberry.type(description="One part of the organisation and one family of words for talents.")
class CapabilityCell:
    unit: Unit = strawberry.field(
        description="The part, as it is called and placed today; of the whole, the organisation."
    )
    cluster: TermCluster = strawberry.field(
        description="The family; each word is in one, so that nobody is in two of them for one talent."
    )
    rest: bool = strawberry.field(
        description=(
            "True: those below this part that are not shown by themselves, together. With it, the rows that "
            "are shown make up the part above them."
        )
    )
    holders: CountBand | None = strawberry.field(
        description=(
            f"How many have such a talent: 5 to 9, 10 to 19, 20 to 49, and so on. {HIDDEN} or a dash. Then "
            "the whole cell is hidden."
        )
    )
    shown_above: Unit | None = strawberry.field(
        description=(
            "Of a hidden cell: the nearest part above whose cell is shown; null if there is none, and of a "
            "cell that is shown."
        )
    )
    scarce: bool = strawberry.field(description="True where it is shown, in the lowest range.")
    trend: Trend | None = strawberry.field(
        description="Against the range of four releases ago; null where there is none to compare with."
    )
    energy: EnergyWord | None = strawberry.field(
        description=f"What they say it does to their energy. {HIDDEN} or neutral."
    )
    energy_dated: date | None = strawberry.field(description="The day of `energy`; null with it.")
    dated: date | None = strawberry.field(
        description=(
            "The day of its oldest part: a figure stays as it was until enough people came or went. Null "
            "of a hidden cell."
        )
    )


@strawberry.type(description="One word for a talent, in the whole organisation.")
class CapabilityTerm:
    term: TalentTerm = strawberry.field(description="The word, as it reads today.")
    holders: CountBand | None = strawberry.field(
        description=f"How many have a talent that is called so. {HIDDEN} or a dash."
    )
    dated: date | None = strawberry.field(
        description="The day of the figure: it stays until enough people came or went. Null if hidden."
    )


@strawberry.type(
    description=(
        "Which talents the organisation has: ranges that rest on enough people, the same for everyone who "
        "may see it. It is made on a fixed day from a fixed place in the log, and never made anew."
    )
)
class CapabilityRelease:
    id: strawberry.ID = strawberry.field(description="For `capabilityReleased(after:)`.")
    epoch: int = strawberry.field(description="1, 2, 3 …")
    on: date = strawberry.field(description="Its day, a fixed date of the policy.")
    held: bool = strawberry.field(
        description="True: nothing new could be shown safely; the last one published stays in force."
    )
    held_because: Held | None = strawberry.field(description="Why; null of one that was published.")
    policy_id: strawberry.ID = refers_to("Policy", description="The rules in force on that day.")
    contributors: CountBand | None = strawberry.field(
        description=(
            f"How many agreed to be counted, in the whole organisation only. {HIDDEN} or a dash; null of a "
            "held release, too."
        )
    )
    contributors_dated: date | None = strawberry.field(description="The day of `contributors`; null with it.")
    layout_since: date = strawberry.field(
        description=(
            "Since this day the same parts of the organisation are shown, except that more of them may be "
            "hidden. In the first year nothing is drawn anew."
        )
    )
    found: strawberry.Private[view.Release]
    same_for_all: strawberry.Private[str]
    """What it is called as the event of a subscription: executed once for all (limits/sharing.py)."""

    @field(
        description=(
            "The figures of one part of the organisation, by family of words. With `children` also those of "
            "the parts directly below it, by name, of what is shown below a hidden one, and of the rest "
            "together. Empty of a held release, and for a part that was not there."
        )
    )
    async def cells(
        self,
        info: Info,
        *,
        unit_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="The part; left out, the whole.")
        ] = UNSET,
        children: Annotated[
            bool, strawberry.argument(description="Whether the parts below it are rows, too.")
        ] = False,
        cluster_id: Clusters = UNSET,
    ) -> list[CapabilityCell]:
        if self.held:
            return []
        unit = model.WHOLE if not unit_id or unit_id == self.found.organisation else unit_id
        picture = await self._picture(info)
        if unit not in picture.tree.children:
            return []
        clusters = _asked(picture, cluster_id or None)
        rows = picture.table(unit, children=children, clusters=clusters)
        if len(rows) > CELLS_MAX:
            message = f"This table has more than {CELLS_MAX} rows; ask for one family of words, or one part."
            raise GatewayError(ErrorCode.LIMIT_EXCEEDED, message)
        return [_cell(cluster, row, picture, self.found) for cluster, row in rows]

    @field(
        description=(
            "The shared words and how many have such a talent, in the whole organisation only. Empty of a "
            "held release."
        )
    )
    async def terms(self, info: Info, *, cluster_id: Clusters = UNSET) -> list[CapabilityTerm]:
        if self.held:
            return []
        picture = await self._picture(info)
        return [
            CapabilityTerm(
                term=talent_term(found.term),
                holders=_band(found.shown.holders if found.shown else None),
                dated=self.found.days[found.shown.epoch] if found.shown else None,
            )
            for found in await _terms(info, picture, _asked(picture, cluster_id or None))
        ]

    @field(
        description=(
            "The same figures and words as a file, and no more: CSV that a Dutch Excel opens right. Of a "
            "held release it has only its headings."
        )
    )
    async def download(
        self,
        info: Info,
        *,
        language: Annotated[
            Language, strawberry.argument(description="The language of its words.")
        ] = Language.NL,
    ) -> Download:
        picture = await self._picture(info)
        rows = [] if self.held else list(picture.everything())
        terms = [] if self.held else await _terms(info, picture, list(picture.cells))
        content = csv_file(self.found, picture, rows, terms, language=language)
        return download_of(content, media_type=MEDIA_TYPE)

    @field(description="The address of the page on how a release is read: link it from where it is shown.")
    def explanation(self, info: Info) -> LocalText:
        return address_in_both(Page.CAPABILITIES, public_url=info.context.gateway.public_url)

    async def _picture(self, info: Info) -> Picture:
        async with info.context.gateway.reader.connection() as connection:
            return await read_picture(connection, self.found)


def capability_release(found: view.Release) -> CapabilityRelease:
    name = model.release_id(found.organisation, found.epoch)
    return CapabilityRelease(
        id=strawberry.ID(name),
        same_for_all=name,
        epoch=found.epoch,
        on=found.on,
        held=found.held is not None,
        held_because=found.held,
        policy_id=strawberry.ID(found.policy),
        contributors=_band(found.contributors),
        contributors_dated=found.contributors_on,
        layout_since=found.layout_since,
        found=found,
    )


@query(description="The release in force on a day; null before the first one was published.")
async def capabilities(
    info: Info,
    as_of: Annotated[date | None, strawberry.argument(description="The day; left out, today.")] = UNSET,
) -> CapabilityRelease | None:
    day = as_of or info.context.gateway.calendar.today()
    async with info.context.gateway.reader.connection() as connection:
        await check_releases(connection)
        found = await view.in_force(connection, day)
    return capability_release(found) if found else None


@query(
    description=(
        "The last releases, the newest first, held ones too: the release log; with one part and one family "
        "of words, the line of a chart."
    )
)
async def capability_releases(info: Info, last: Last = 12) -> list[CapabilityRelease] | None:
    check_page_size(info.context, "last", last)
    async with info.context.gateway.reader.connection() as connection:
        await check_releases(connection)
        found = await view.last(connection, last)
    return [capability_release(release) for release in found]


async def check_releases(connection: Any) -> None:
    """Raise PARKED while an event of the organisation waits for repair in the view of releases."""
    await check_organisation_not_parked(connection, view.VIEW)


def _asked(picture: Picture, cluster: str | None) -> list[str]:
    return [name for name in picture.cells if cluster is None or name == cluster]


def _cell(cluster: str, row: Row, picture: Picture, release: view.Release) -> CapabilityCell:
    cell = row.cell
    return CapabilityCell(
        unit=picture.unit(row.unit),
        cluster=cluster_of(cluster),
        rest=row.rest,
        holders=_band(cell.holders) if cell else None,
        shown_above=picture.unit(row.shown_above) if row.shown_above is not None else None,
        scarce=cell is not None and cell.scarce,
        trend=cell.trend if cell else None,
        energy=cell.energy if cell else None,
        energy_dated=release.days[cell.energy_epoch] if cell and cell.energy_epoch else None,
        dated=release.days[cell.epoch] if cell else None,
    )


def _band(band: model.CountBand | None) -> CountBand | None:
    return CountBand(from_=band.low, to=band.high) if band else None


async def _terms(info: Info, picture: Picture, clusters: Sequence[str]) -> list[ShownTerm]:
    """Return the words that are shown, whatever became of them, and the others that are adopted, hidden."""
    shown = {term.term: term for name in clusters for term in picture.terms[name]}
    async with info.context.gateway.reader.connection() as connection:
        terms = await catalogue.adopted_and(connection, list(shown))
    return [
        ShownTerm(term=term, shown=shown.get(term.term))
        for term in terms
        if term.term in shown or term.cluster in clusters
    ]
