"""The read log of a professional: which items were shown to others, without their names and the hour."""

from datetime import date
from enum import Enum

import strawberry

from events.privacy import disclosures as read_log
from gateway.api.paging import Connection, Paging
from gateway.context import Context
from gateway.types.enums import ItemKind, Role
from gateway.types.ids import ITEM, refers_to


@strawberry.enum(description="Why an item was shown.")
class DisclosurePurpose(Enum):
    SHARED_BY_NAME = strawberry.enum_value(
        "SHARED_BY_NAME", description="The owner opened it to this person."
    )
    TEAM_PAGE = strawberry.enum_value("TEAM_PAGE", description="The owner opened it to the team.")
    FINDER = strawberry.enum_value("FINDER", description="The owner opened it to everybody.")
    AUDIT = strawberry.enum_value("AUDIT", description="It was audited, with a reason on record.")


@strawberry.type(
    description=(
        "An item was shown to another person: one line per viewer, item and day, within a day by "
        "item. It has no name and no hour, which would show who it was."
    )
)
class Disclosure:
    day: date = strawberry.field(description="The day on which it was shown.")
    item_kind: ItemKind = strawberry.field(description="What was shown.")
    item_id: strawberry.ID = refers_to(ITEM, description="The item that was shown.")
    viewer_role: Role = strawberry.field(description="The role of the person who saw it.")
    purpose: DisclosurePurpose = strawberry.field(description="Why it was shown.")


async def page(context: Context, owner: str, *, first: int, after: str | None) -> Connection[Disclosure]:
    """Return a page of someone's read log up to yesterday: an entry of today would reveal the hour."""
    today = context.gateway.calendar.today()

    async def read(after_key: tuple[date, str, str] | None, limit: int) -> list[read_log.Disclosure]:
        return await context.gateway.read_log.of_owner(owner, before_day=today, after=after_key, limit=limit)

    return await _PAGES.page(context, first=first, after=after, read=read, node=_disclosure)


def _disclosure(disclosure: read_log.Disclosure) -> Disclosure:
    return Disclosure(
        day=disclosure.day,
        item_kind=disclosure.item_kind,
        item_id=strawberry.ID(disclosure.item),
        viewer_role=Role[disclosure.viewer_role],
        purpose=DisclosurePurpose[disclosure.purpose],
    )


def _key_of(disclosure: read_log.Disclosure) -> tuple[date, str, str]:
    return disclosure.day, disclosure.item, disclosure.line


_PAGES: Paging[read_log.Disclosure, tuple[date, str, str]] = Paging(
    name="readLog", key=tuple[date, str, str], key_of=_key_of
)
