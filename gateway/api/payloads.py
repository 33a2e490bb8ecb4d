"""Showing what a mutation changed in a portfolio, once the view has come to it."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from strawberry import Info

from gateway.api.sending import can_show
from gateway.context import Context
from projections.view import View
from projections.views import profile
from rules import commands

R = TypeVar("R")


async def changed_portfolio(
    info: Info[Context, None], sent: commands.CommandResult, *besides: View
) -> profile.Portfolio | None:
    """
    Return the caller's portfolio after the command; None when it is refused, unsettled or late.

    `besides` are the views that what is shown of it is read from too.
    """
    if not await can_show(info, sent, profile.VIEW, *besides):
        return None
    return await info.context.gateway.reads.portfolio_of(info.context.person)


async def changed_item(
    info: Info[Context, None],
    sent: commands.CommandResult,
    items: Callable[[profile.Portfolio], Sequence[R]],
    id_of: Callable[[R], str],
) -> tuple[profile.Portfolio, R] | None:
    """Return the item that the command made or changed, with its portfolio; None also when it is gone."""
    portfolio = await changed_portfolio(info, sent)
    if portfolio is None:
        return None
    found = next((item for item in items(portfolio) if id_of(item) == sent.entity_id), None)
    return None if found is None else (portfolio, found)
