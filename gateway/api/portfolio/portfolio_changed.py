"""`portfolioChanged`: the owner's own portfolio, live."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime
from itertools import groupby
from typing import Annotated, Final

import strawberry
from strawberry import UNSET

from gateway.api.portfolio.timeline import TimelineEntry, timeline_entry
from gateway.api.root_fields import subscription
from gateway.api.subscribing import Subscription, subscribed
from gateway.context import Context, Info
from gateway.errors import ErrorCode, GatewayError
from gateway.reading.freshness import position_gone
from gateway.types.scalars import Position
from projections.views import timeline
from rules.commands import LogPosition

NAME: Final = "portfolioChanged"


@strawberry.type(description="A change of the portfolio, for the owner's own screens.")
class PortfolioChange:
    position: Position = strawberry.field(
        description="For `me(waitFor:)`, and for `after` when connecting again."
    )
    version: int = strawberry.field(description="The version of the portfolio after the change.")
    facts: list[TimelineEntry] = strawberry.field(description="What happened, oldest first.")


@subscription(
    description="Each change of your own portfolio.",
)
async def portfolio_changed(
    info: Info,
    after: Annotated[
        Position | None,
        strawberry.argument(
            description=(
                "The last `position` that was received: the changes after it come first. Left out, only "
                "changes from now on."
            )
        ),
    ] = UNSET,
) -> AsyncGenerator[PortfolioChange]:
    context = info.context
    async with subscribed(context, NAME) as stream:
        partition, ordinal = await _start(context, after or None, stream.generation)
        with stream.watching((timeline.VIEW.name, partition)):
            async with aclosing(_changes(stream, ordinal)) as changes:
                async for change in changes:
                    yield change


async def _changes(stream: Subscription, ordinal: int) -> AsyncGenerator[PortfolioChange]:
    """Yield every change after this ordinal, as long as the right to see them lasts."""
    while stream.lasts:
        await stream.begin()
        entries = await _entries_after(stream.context, ordinal)
        for _, commit in groupby(entries, _moment):
            # checked before each message: the role may have been withdrawn since the last one
            await stream.check_access()
            of_one_commit = list(commit)
            ordinal = of_one_commit[-1].ordinal
            yield _portfolio_change(stream.context, of_one_commit, stream.generation)
        if len(entries) < timeline.ENTRIES_AFTER_MAX:  # or there may be more, for which no signal will come
            await stream.wait()


async def _start(context: Context, after: Position | None, generation: str) -> tuple[int | None, int]:
    """Return the person's partition, None before their first change, and the ordinal to continue after.

    Raises BAD_REQUEST for a position in another partition: its ordinal counts other events.
    """
    newest = await _newest_entry(context)
    partition = newest.partition if newest else None
    if after is None:
        return partition, newest.ordinal if newest else 0
    position = context.gateway.position_cipher.decode(after)
    if position.generation != generation:
        raise position_gone()
    if partition is None:
        return None, 0
    if position.partition != partition:
        message = (
            "`after` must be a position that this subscription, or a command on your portfolio, returned."
        )
        raise GatewayError(ErrorCode.BAD_REQUEST, message)
    return partition, position.ordinal


async def _entries_after(context: Context, ordinal: int) -> list[timeline.Entry]:
    person = context.person
    return await context.gateway.reader.subject(
        timeline.VIEW, person, lambda connection: timeline.entries_after(connection, person, ordinal)
    )


async def _newest_entry(context: Context) -> timeline.Entry | None:
    person = context.person
    newest = await context.gateway.reader.subject(
        timeline.VIEW, person, lambda connection: timeline.entries(connection, person, limit=1)
    )
    return newest[0] if newest else None


def _moment(entry: timeline.Entry) -> datetime:
    """Return what the events of one commit share; the view does not store more of the commit."""
    return entry.at


def _portfolio_change(
    context: Context, entries: Sequence[timeline.Entry], generation: str
) -> PortfolioChange:
    last = entries[-1]
    position = LogPosition(generation=generation, partition=last.partition, ordinal=last.ordinal)
    return PortfolioChange(
        position=context.gateway.position_cipher.encode(position),
        version=last.version,
        facts=[timeline_entry(context.person, entry) for entry in entries],
    )
