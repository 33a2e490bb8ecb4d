"""`portfolioChanged`: the owner's own portfolio, live."""

from collections.abc import AsyncGenerator
from datetime import datetime

import strawberry
from strawberry import UNSET, Info

from gateway.access import subscription
from gateway.context import Context
from gateway.errors import ErrorCode, GatewayError
from gateway.positions import Place
from gateway.scalars import Position
from projections.views import profile

NAME = "portfolioChanged"


@strawberry.type(description="One fact of the history of a portfolio.")
class TimelineEntry:
    at: datetime
    version: int
    fact: str = strawberry.field(
        description="Name of the fact in DOMAIN.md, e.g. TalentClaimed. Grows; show `summary`."
    )
    item_id: strawberry.ID | None = strawberry.field(
        description="The item it is about, while that still exists."
    )


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
async def portfolio_changed(
    info: Info[Context, None], after: Position | None = UNSET
) -> AsyncGenerator[PortfolioChange]:
    context = info.context
    gateway = context.gateway
    await context.may_ask(NAME, role_held=True)
    person = context.person
    generation = await gateway.reads.generation()
    seen = _from(context, after, generation) if after else await _newest(context, person)
    with gateway.freshness.movement([profile.VIEW]) as movement:
        while context.still_identified():
            movement.forget()
            for change in await gateway.reads.changes_after(person, seen):
                # asked again before each: what was withdrawn meanwhile is no longer told
                await context.may_ask(NAME, role_held=True)
                seen = change.ordinal
                yield _told(context, change, generation)
            await movement.next()


def _from(context: Context, after: Position, generation: str) -> int:
    place = context.gateway.positions.read(after)
    if place.generation != generation:
        message = "This position is of a log that was replaced: ask without it."
        raise GatewayError(ErrorCode.POSITION_GONE, message)
    return place.ordinal


async def _newest(context: Context, person: str) -> int:
    """Return the ordinal of the last change there is, so that only what comes later is told."""
    newest = 0
    while changes := await context.gateway.reads.changes_after(person, newest):
        newest = changes[-1].ordinal
    return newest


def _told(context: Context, change: profile.Change, generation: str) -> PortfolioChange:
    place = Place(generation=generation, partition=change.partition, ordinal=change.ordinal)
    item = strawberry.ID(change.item) if change.item else None
    entry = TimelineEntry(at=change.at, version=change.version, fact=change.fact, item_id=item)
    return PortfolioChange(
        position=context.gateway.positions.write(place), version=change.version, facts=[entry]
    )
