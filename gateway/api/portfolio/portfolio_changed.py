"""`portfolioChanged`: the owner's own portfolio, live."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Annotated, Final

import strawberry
from strawberry import UNSET

from gateway.api.portfolio.timeline import TimelineEntry, timeline_entry
from gateway.api.root_fields import subscription
from gateway.context import Context, Info
from gateway.errors import ErrorCode, GatewayError
from gateway.reading.freshness import ViewSignal, position_gone
from gateway.types.scalars import Position
from projections.views import timeline
from rules.commands import LogPosition

NAME = "portfolioChanged"
ACCESS_CHECK_S: Final = 5.0
"""How often the token and the role of a running subscription are checked, whatever happens."""
GENERATION_CHECK_S: Final = 20.0
"""How often it is checked that the log was not replaced."""


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
    gateway = context.gateway
    await context.check_access(NAME, role_held=True)
    person = context.person
    generation = await gateway.freshness.generation()
    with gateway.subscriptions.opened_by(person):
        partition, ordinal = await _start(context, after or None, generation)
        checks = _Checks(context, generation)
        with gateway.freshness.signal((timeline.VIEW.name, partition)) as signal:
            while context.has_valid_token():
                await checks.run_if_due()
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
                await _wait(signal, checks, within_s=gateway.freshness.poll_s)


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


class _Checks:
    """
    Checks by the clock whether one subscription may continue.

    Not when something happens, since nothing may happen for hours; nor when nothing does, since in a busy
    partition there is always a signal.
    """

    def __init__(self, context: Context, generation: str) -> None:
        self.context = context
        self._generation = generation
        self._access_at = _now_s() + ACCESS_CHECK_S
        self._generation_at = _now_s() + GENERATION_CHECK_S

    @property
    def due_in_s(self) -> float:
        return max(0.0, min(self._access_at, self._generation_at) - _now_s())

    async def run_if_due(self) -> None:
        """Raise UNAUTHENTICATED or FORBIDDEN when the right is gone, POSITION_GONE when the log is."""
        if _now_s() >= self._access_at:
            await self.context.check_access(NAME, role_held=True)
            self._access_at = _now_s() + ACCESS_CHECK_S
        if _now_s() >= self._generation_at:
            if await self.context.gateway.freshness.generation() != self._generation:
                raise position_gone()
            self._generation_at = _now_s() + GENERATION_CHECK_S


async def _wait(signal: ViewSignal, checks: _Checks, *, within_s: float) -> None:
    """Wait for a signal, `within_s` at most since one may get lost; run the checks meanwhile."""
    context, until = checks.context, _now_s() + within_s
    while (left_s := until - _now_s()) > 0 and context.has_valid_token():
        if await signal.wait(within_s=min(left_s, checks.due_in_s, context.token_expires_in_s)):
            return
        await checks.run_if_due()


def _now_s() -> float:
    return asyncio.get_running_loop().time()


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
