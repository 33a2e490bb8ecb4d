"""The history of a portfolio, fact by fact, as its owner sees it."""

from datetime import datetime

import strawberry

from gateway.api.paging import Connection, Paging
from gateway.context import Context
from gateway.types.ids import ITEM, refers_to
from gateway.types.texts import LocalText
from projections.views import timeline
from rules.timeline import entry_id


@strawberry.type(description="One fact of the history of a portfolio.")
class TimelineEntry:
    id: strawberry.ID
    at: datetime = strawberry.field(description="When it happened.")
    version: int = strawberry.field(description="The version of the portfolio from then on.")
    fact: str = strawberry.field(
        description=(
            "The name of what happened, such as TalentClaimed. There will be more of them: show `summary`."
        )
    )
    summary: LocalText = strawberry.field(description="What happened, in words.")
    item_id: strawberry.ID | None = refers_to(
        ITEM, description="The item it is about, while that still exists."
    )
    correction: str | None = strawberry.field(description="What its owner set right about it later.")


def timeline_entry(person: str, entry: timeline.Entry) -> TimelineEntry:
    return TimelineEntry(
        id=strawberry.ID(entry_id(person, entry.version)),
        at=entry.at,
        version=entry.version,
        fact=entry.fact,
        summary=LocalText(nl=entry.nl, en=entry.en),
        item_id=strawberry.ID(entry.item) if entry.item else None,
        correction=entry.correction,
    )


def _ordinal(entry: timeline.Entry) -> int:
    return entry.ordinal


_PAGES: Paging[timeline.Entry, int] = Paging(name="timeline", key=int, key_of=_ordinal)


async def page(
    context: Context,
    person: str,
    *,
    since: datetime | None,
    until: datetime | None,
    oldest_first: bool,
    first: int,
    after: str | None,
) -> Connection[TimelineEntry]:
    """Return a page of someone's history from `since` on and before `until`."""

    async def read(after_ordinal: int | None, limit: int) -> list[timeline.Entry]:
        return await context.gateway.reader.subject(
            timeline.VIEW,
            person,
            lambda connection: timeline.entries(
                connection,
                person,
                since=since,
                until=until,
                oldest_first=oldest_first,
                after=after_ordinal,
                limit=limit,
            ),
        )

    def node(entry: timeline.Entry) -> TimelineEntry:
        return timeline_entry(person, entry)

    return await _PAGES.page(context, first=first, after=after, read=read, node=node)
