"""`portfolioChanged`: the owner's own portfolio, live."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from itertools import groupby

import strawberry
from strawberry import UNSET

from gateway.api.portfolio.timeline import TimelineEntry, timeline_entry
from gateway.api.root_fields import subscription
from gateway.context import Context, Info
from gateway.errors import ErrorCode, GatewayError
from gateway.types.scalars import Position
from projections.views import timeline
from rules.commands import LogPosition

NAME = "portfolioChanged"


@strawberry.type(description="What changed, as told to the owner's own screens.")
class PortfolioChange:
    position: Position = strawberry.field(
        description="For `me(waitFor:)`, and for `after` when connecting again."
    )
    version: int
    facts: list[TimelineEntry]


@subscription(
    description=(
        "Your portfolio changed, or a mirror was released. Silent while raters answer. "
        "Without `after`, from now on."
    ),
)
async def portfolio_changed(info: Info, after: Position | None = UNSET) -> AsyncGenerator[PortfolioChange]:
    context = info.context
    gateway = context.gateway
    await context.check_access(NAME, role_held=True)
    person = context.person
    generation = await gateway.freshness.generation()
    with gateway.subscriptions.one_of(person):
        partition, seen = await _beginning(context, after or None, generation)
        with gateway.freshness.movement((timeline.VIEW.name, partition)) as movement:
            while context.still_identified():
                movement.forget()
                read = await _changes_after(context, seen)
                for _, commit in groupby(read, _commit):
                    # asked again before each: what was withdrawn meanwhile is no longer told
                    await context.check_access(NAME, role_held=True)
                    changes = list(commit)
                    seen = changes[-1].ordinal
                    yield _told(context, changes, generation)
                if len(read) >= timeline.ENTRIES_AFTER_MAX:
                    continue  # there is more than is read at once, and nothing will move for it
                if not await movement.next(
                    within_s=min(gateway.freshness.look_again_s, context.expires_in_s)
                ):
                    await _still_allowed(context, generation)


async def _beginning(context: Context, after: Position | None, generation: str) -> tuple[int | None, int]:
    """Return the person's partition, None before their first change, and the ordinal to tell from.

    Ordinals count a partition's events, so a position in another would leave changes out.
    """
    newest = await _newest_change(context)
    partition = newest.partition if newest else None
    if after is None:
        return partition, newest.ordinal if newest else 0
    place = context.gateway.positions.read(after)
    if place.generation != generation:
        raise _gone()
    if partition is None:
        return None, 0
    if place.partition != partition:
        message = "`after` is a position that this subscription told, or a command of yours on the portfolio."
        raise GatewayError(ErrorCode.BAD_REQUEST, message)
    return partition, place.ordinal


async def _still_allowed(context: Context, generation: str) -> None:
    """End a subscription in which nothing happens, too, once the right is gone or the log was replaced."""
    if context.still_identified():
        await context.check_access(NAME, role_held=True)
        if await context.gateway.freshness.generation() != generation:
            raise _gone()


def _gone() -> GatewayError:
    message = "This position is of a log that was replaced: ask without it."
    return GatewayError(ErrorCode.POSITION_GONE, message)


async def _changes_after(context: Context, ordinal: int) -> list[timeline.Entry]:
    person = context.person
    return await context.gateway.reader.subject(
        timeline.VIEW, person, lambda connection: timeline.entries_after(connection, person, ordinal)
    )


async def _newest_change(context: Context) -> timeline.Entry | None:
    person = context.person
    newest = await context.gateway.reader.subject(
        timeline.VIEW, person, lambda connection: timeline.entries(connection, person, limit=1)
    )
    return newest[0] if newest else None


def _commit(change: timeline.Entry) -> datetime:
    """Return what the events of one commit have in common: the view keeps no more of it than its time."""
    return change.at


def _told(context: Context, changes: Sequence[timeline.Entry], generation: str) -> PortfolioChange:
    last = changes[-1]
    place = LogPosition(generation=generation, partition=last.partition, ordinal=last.ordinal)
    return PortfolioChange(
        position=context.gateway.positions.write(place),
        version=last.version,
        facts=[timeline_entry(context.person, change) for change in changes],
    )
