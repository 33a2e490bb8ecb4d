"""Reading a portfolio: now, at a moment of the past, or once it shows what a command changed."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from gateway.api.selections import asks_item_alone
from gateway.api.sending import can_show_result, have_passed, holds_role
from gateway.context import Context, Info
from projections.views import profile, timeline
from rules import commands

R = TypeVar("R")
S = TypeVar("S")


async def read_portfolio(
    context: Context,
    person: str,
    as_of: datetime | None = None,
    *,
    parts: frozenset[str] | None = None,
    item: str | None = None,
) -> profile.Portfolio | None:
    """
    Return someone's portfolio, now or at a moment; None if it was not opened by then. Raises PARKED.

    With `parts`, see `profile.portfolio_of`. With an `item`, talents and goals are only those of that id, so
    that nothing is looked up for the others.
    """
    return await context.gateway.portfolios.read(person, as_of, parts=parts, item=item)


async def changed_portfolio(info: Info, result: commands.CommandResult) -> profile.Portfolio | None:
    """
    Return the caller's portfolio after the command; None if it was refused, is unsettled, or not seen yet.

    It waits for its history too, which a portfolio shows.
    """
    if not await can_show_result(info, result, profile.VIEW, timeline.VIEW):
        return None
    return await read_portfolio(info.context, info.context.person)


async def changed_item(
    info: Info,
    result: commands.CommandResult,
    items: Callable[[profile.Portfolio], Sequence[R]],
    id_of: Callable[[R], str],
    shown: Callable[[profile.Portfolio, R], S],
    *,
    kind: type[S],
    parts: frozenset[str],
) -> tuple[profile.Portfolio | None, S | None]:
    """
    Return the portfolio after the command, and the item that it changed as `shown`; None if it is gone.

    Where only what the item itself says is asked for, `parts` are read, which items of this `kind` are made
    of; then no portfolio is returned.
    """
    if alone := asks_item_alone(info, kind):
        portfolio = await _changed_part(info, result, parts)
    else:
        portfolio = await changed_portfolio(info, result)
    if portfolio is None:
        return None, None
    found = next((item for item in items(portfolio) if id_of(item) == result.entity_id), None)
    return None if alone else portfolio, None if found is None else shown(portfolio, found)


async def _changed_part(
    info: Info, result: commands.CommandResult, parts: frozenset[str]
) -> profile.Portfolio | None:
    """Read role and parts in one trip; None where the role is not held any more."""
    if not await have_passed(info, result, profile.VIEW):
        return None
    holds, portfolio = await asyncio.gather(
        holds_role(info),
        read_portfolio(info.context, info.context.person, parts=parts, item=result.entity_id),
        return_exceptions=True,
    )
    # What was found, or went wrong, is for nobody who may not see it.
    if isinstance(holds, BaseException):
        raise holds
    if not holds:
        return None
    if isinstance(portfolio, BaseException):
        raise portfolio
    return portfolio
