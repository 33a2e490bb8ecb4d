"""Items that colleagues shared with the caller: nothing else, in their current form, and always recorded."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import strawberry

from gateway.api.catalogue.terms import TalentTerm, term_by_id
from gateway.api.names import Colleague
from gateway.api.paging import Connection, Paging
from gateway.api.portfolio.talents import ENERGY, QUADRANT, STRENGTH
from gateway.api.showing import record_shown
from gateway.context import Context, Info
from gateway.reading.term_labels import relabelled_item
from gateway.reading.view_reader import rows_of
from gateway.types.enums import EnergySourceKind, ItemKind, TalentQuadrant
from gateway.types.fields import field
from gateway.types.scalars import Url
from gateway.types.texts import LocalText
from kit.postgres.statements import both
from projections.views import catalogue, shared
from rules.quadrants import quadrant_of

_SHARED_WITH: Final = both(shared.SHARED_WITH, catalogue.VERSION_KEY)


@strawberry.type(description="What another person opened to you: the item itself, and nothing around it.")
class SharedItem:
    id: strawberry.ID
    kind: ItemKind = strawberry.field(
        description="What it is; the fields that such an item does not have are null."
    )
    owner: Colleague = strawberry.field(description="Whose it is.")
    title: LocalText | None = strawberry.field(description="The talent's name, the evidence's title.")
    text: str | None = strawberry.field(
        description="What the owner wrote: the story of a talent, the words of any other item."
    )
    link: Url | None = strawberry.field(description="The address of a piece of evidence.")
    claimed_as: strawberry.Private[str | None]

    @field(description="The shared word that a talent was claimed by; null for the owner's own words.")
    def term(self, info: Info) -> TalentTerm | None:
        return term_by_id(info.context, self.claimed_as)

    strength: int | None = strawberry.field(description=STRENGTH)
    energy: int | None = strawberry.field(
        description=f"{ENERGY} Null, as `quadrant` is, unless the owner shared it too."
    )
    quadrant: TalentQuadrant | None = strawberry.field(description=QUADRANT)
    energy_source_kind: EnergySourceKind | None = strawberry.field(
        description="Of an activity: whether it gives or costs its owner energy; null for any other item."
    )
    until: date = strawberry.field(description="The last day that it is open.")


def shared_item_of(item: shared.SharedItem, *, within: str | None = None) -> SharedItem:
    """Return an item to show, opened by name or `within` a team.

    It may be open in different ways there, so its id differs: a client's cache keeps things by their id.
    """
    return SharedItem(
        id=strawberry.ID(f"{item.item}-{within}" if within else item.item),
        kind=item.kind,
        owner=Colleague(id=strawberry.ID(item.owner), display_name=item.owner_name),
        title=LocalText(nl=item.title, en=item.title_en or item.title) if item.title is not None else None,
        text=item.text,
        link=Url(item.link) if item.link is not None else None,
        claimed_as=item.term,
        strength=item.strength,
        energy=item.energy,
        quadrant=quadrant_shown(item),
        energy_source_kind=item.source_kind,
        until=item.until,
    )


def quadrant_shown(item: shared.SharedItem) -> TalentQuadrant | None:
    """Return the quadrant, None without energy: it is derived from energy too."""
    if item.strength is None or item.energy is None or item.use is None:
        return None
    return quadrant_of(strength=item.strength, energy=item.energy, use=item.use)


async def page(context: Context, viewer: str, *, first: int, after: str | None) -> Connection[SharedItem]:
    """Return a page of the items shared with someone; each is first recorded in its owner's read log."""
    today, reader = context.gateway.calendar.today(), context.gateway.reader

    async def read(after_key: tuple[str, str] | None, limit: int) -> list[shared.SharedItem]:
        asked = shared.page_for(viewer, today=today, after=after_key, limit=limit)
        page, key = await _SHARED_WITH.read(**asked).of(reader.ask)
        found = rows_of(page, at_most_s=context.gateway.limits.staleness_max_s)
        terms, _ = await reader.terms.of((item.term for item in found if item.term is not None), key)
        return [relabelled_item(terms, item) for item in found]

    async def record(rows: Sequence[shared.SharedItem]) -> None:
        await record_shown(context, "SHARED_BY_NAME", [(row.owner, row.kind, row.item) for row in rows])

    return await _PAGES.page(
        context, first=first, after=after, read=read, node=shared_item_of, before_showing=record
    )


def key_of(item: shared.SharedItem) -> tuple[str, str]:
    return item.owner_name, item.sharing


_PAGES: Paging[shared.SharedItem, tuple[str, str]] = Paging(
    name="sharedWithMe", key=tuple[str, str], key_of=key_of
)
