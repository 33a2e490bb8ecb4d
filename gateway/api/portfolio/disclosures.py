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
    SHARED_BY_NAME = "SHARED_BY_NAME"
    TEAM_PAGE = "TEAM_PAGE"
    FINDER = "FINDER"
    AUDIT = "AUDIT"


@strawberry.type(
    description=(
        "An item was shown to another person: one line per viewer, item and day, within a day by item. "
        "Neither name nor hour, which would tell who."
    )
)
class Disclosure:
    day: date
    item_kind: ItemKind
    item_id: strawberry.ID = refers_to(ITEM)
    viewer_role: Role
    purpose: DisclosurePurpose


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
