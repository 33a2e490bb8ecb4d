"""The read log of a portfolio as an auditor sees it: of the kinds that are open, and without the items."""

from datetime import date
from typing import Final

import strawberry

from events.privacy import disclosures as read_log
from gateway.api.paging import Connection, Paging
from gateway.api.portfolio.disclosures import DisclosurePurpose
from gateway.context import Context
from gateway.types.enums import ItemKind, Role
from rules.audit.answers import ReplaySeen
from rules.audit.kinds import AuditStreamKind


@strawberry.type(
    description="An item was shown to another person; neither who, nor which item, nor the hour."
)
class AuditDisclosure:
    day: date = strawberry.field(description="The day on which it was shown.")
    item_kind: ItemKind = strawberry.field(description="What was shown.")
    viewer_role: Role = strawberry.field(description="The role of the person who saw it.")
    purpose: DisclosurePurpose = strawberry.field(description="Why it was shown.")


async def page(
    context: Context, replay: ReplaySeen, *, first: int, after: str | None
) -> Connection[AuditDisclosure] | None:
    """Return a page of the owner's read log up to yesterday; None while nothing is open."""
    owner = replay.owner
    if owner is None or not replay.open_kinds or replay.stream.kind is not AuditStreamKind.PORTFOLIO:
        return None
    today = context.gateway.calendar.today()

    async def read(after_key: tuple[date, str, str] | None, limit: int) -> list[read_log.Disclosure]:
        return await context.gateway.read_log.of_owner(
            owner, before_day=today, after=after_key, limit=limit, kinds=replay.open_kinds
        )

    return await _PAGES.page(context, first=first, after=after, read=read, node=_disclosure)


def _disclosure(found: read_log.Disclosure) -> AuditDisclosure:
    return AuditDisclosure(
        day=found.day,
        item_kind=found.item_kind,
        viewer_role=Role[found.viewer_role],
        purpose=DisclosurePurpose[found.purpose],
    )


def _key_of(found: read_log.Disclosure) -> tuple[date, str, str]:
    return found.day, found.item, found.line


_PAGES: Final[Paging[read_log.Disclosure, tuple[date, str, str]]] = Paging(
    name="auditDisclosures", key=tuple[date, str, str], key_of=_key_of
)
