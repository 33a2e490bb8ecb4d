"""What colleagues opened to the professional who asks: exactly that, as it is now, and never unrecorded."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import strawberry

from events.privacy.disclosures import DisclosureEntry
from gateway.api.catalogue.terms import TalentTerm, term_by_id
from gateway.api.names import Colleague
from gateway.api.paging import Connection, Paging
from gateway.context import Context, Info
from gateway.reading.term_labels import relabelled_item
from gateway.types.enums import ItemKind, TalentQuadrant
from gateway.types.fields import field
from gateway.types.scalars import Url
from gateway.types.texts import LocalText
from projections.views import catalogue, shared
from rules.quadrants import quadrant_of


@strawberry.type(description="What another person opened to you: the item itself, and nothing around it.")
class SharedItem:
    id: strawberry.ID
    kind: ItemKind
    owner: Colleague
    title: LocalText | None = strawberry.field(
        description="The talent's name, the evidence's title; null otherwise."
    )
    text: str | None
    link: Url | None
    claimed_as: strawberry.Private[str | None]

    @field(description="This and the rest with TALENT only.")
    async def term(self, info: Info) -> TalentTerm | None:
        return await term_by_id(info.context, self.claimed_as)

    strength: int | None
    energy: int | None = strawberry.field(description="Null, as quadrant is, unless shared with it.")
    quadrant: TalentQuadrant | None
    until: date


def shared_item_of(read: shared.SharedItem) -> SharedItem:
    return SharedItem(
        id=strawberry.ID(read.item),
        kind=read.kind,
        owner=Colleague(id=strawberry.ID(read.owner), display_name=read.owner_name),
        title=LocalText(nl=read.title, en=read.title_en or read.title) if read.title is not None else None,
        text=read.text,
        link=Url(read.link) if read.link is not None else None,
        claimed_as=read.term,
        strength=read.strength,
        energy=read.energy,
        quadrant=_quadrant(read),
        until=read.until,
    )


def _quadrant(read: shared.SharedItem) -> TalentQuadrant | None:
    """Three numbers make a quadrant, so it tells something of energy too."""
    if read.strength is None or read.energy is None or read.use is None:
        return None
    return quadrant_of(strength=read.strength, energy=read.energy, use=read.use)


async def page(context: Context, viewer: str, *, first: int, after: str | None) -> Connection[SharedItem]:
    """Return a page of what is open to someone, each item on record in its owner's read log first."""
    today = context.gateway.calendar.today()

    async def read(after_key: tuple[str, str] | None, limit: int) -> list[shared.SharedItem]:
        async def items(connection: Any) -> list[shared.SharedItem]:
            found = await shared.shared_with(connection, viewer, today=today, after=after_key, limit=limit)
            claimed = [item.term for item in found if item.term is not None]
            terms = await catalogue.terms_read_as(connection, claimed)
            return [relabelled_item(terms, item) for item in found]

        return await context.gateway.reader.subject(
            shared.VIEW, viewer, items, at_most_s=context.gateway.limits.staleness_max_s
        )

    async def record(rows: Sequence[shared.SharedItem]) -> None:
        await context.gateway.read_log.record(
            [
                DisclosureEntry(
                    owner=row.owner,
                    day=today,
                    item_kind=row.kind,
                    item=row.item,
                    viewer=viewer,
                    viewer_role=context.role.name,
                    purpose="SHARED_BY_NAME",
                )
                for row in rows
            ]
        )

    return await _PAGES.page(
        context, first=first, after=after, read=read, node=shared_item_of, before_showing=record
    )


def _key_of(read: shared.SharedItem) -> tuple[str, str]:
    return read.owner_name, read.sharing


_PAGES: Paging[shared.SharedItem, tuple[str, str]] = Paging(
    name="sharedWithMe", key=tuple[str, str], key_of=_key_of
)
