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
from gateway.reading.freshness import position_gone
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
    with gateway.subscriptions.opened_by(person):
        partition, ordinal = await _start(context, after or None, generation)
        with gateway.freshness.signal((timeline.VIEW.name, partition)) as signal:
            while context.has_valid_token():
                signal.clear()
                entries = await _entries_after(context, ordinal)
                for _, commit in groupby(entries, _moment):
                    # checked before each message: the role may have been withdrawn since the last one
                    await context.check_access(NAME, role_held=True)
                    of_one_commit = list(commit)
                    ordinal = of_one_commit[-1].ordinal
                    yield _portfolio_change(context, of_one_commit, generation)
                if len(entries) >= timeline.ENTRIES_AFTER_MAX:
                    continue  # there may be more entries, for which no signal will come
                within_s = min(gateway.freshness.poll_s, context.token_expires_in_s)
                if not await signal.wait(within_s=within_s):
                    await _check_may_continue(context, generation)


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


async def _check_may_continue(context: Context, generation: str) -> None:
    """Raise when the role was withdrawn or the log was replaced, also if nothing happens in the portfolio."""
    if context.has_valid_token():
        await context.check_access(NAME, role_held=True)
        if await context.gateway.freshness.generation() != generation:
            raise position_gone()


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
