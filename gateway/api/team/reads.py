"""Reading what a team has together: for its members alone, from a view that is not too old."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from gateway.api.sending import RESULT_WAIT_S, can_show_result
from gateway.context import Context, Info
from gateway.errors import ErrorCode, GatewayError
from gateway.reading.freshness import not_yet
from gateway.reading.view_reader import check_not_parked
from projections.views import team as view
from rules import commands
from rules.team.things import local_of, team_of

R = TypeVar("R")


async def read_team(context: Context, team: str, read: Callable[[Any], Awaitable[R]]) -> R:
    """
    Return what `read`, given a connection, reads of a team of the caller. Raises PARKED and UNAVAILABLE.

    It is read only if this view has the caller in the team, too: views are not all at the same position, and
    this one may know already that the caller left.
    """
    found = await _read_as_member(context, team, read)
    if found is None:
        message = "What this team has together can't be shown to you at this moment; try again."
        raise GatewayError(ErrorCode.UNAVAILABLE, message)
    return found[0]


async def _read_as_member(
    context: Context, team: str, read: Callable[[Any], Awaitable[R]]
) -> tuple[R] | None:
    """Return what `read` returns, in a tuple; None for somebody who is no member."""

    async def as_member(connection: Any) -> tuple[R] | None:
        if not await view.is_member(connection, team, context.person):
            return None
        return (await read(connection),)

    return await context.gateway.reader.subject(
        view.VIEW, team, as_member, at_most_s=context.gateway.limits.staleness_max_s
    )


async def changed_thing(
    info: Info,
    result: commands.CommandResult,
    read: Callable[[Any, str, str], Awaitable[R | None]],
) -> R | None:
    """
    Return what a command made or changed; `read` is given a connection, the team, and its id in the team.

    None if it was refused, is unsettled, or is not seen yet, and for somebody who is no member any more.
    """
    team, local = team_of(result.entity_id or ""), local_of(result.entity_id or "")
    if team is None or not await can_show_result(info, result, view.VIEW, of_another=True):
        return None
    if not await own_words_shown(info.context, team, within_s=RESULT_WAIT_S):
        return None
    found = await _read_as_member(info.context, team, lambda connection: read(connection, team, local))
    return found[0] if found else None


async def wait_for_own_words(context: Context, team: str) -> None:
    """Wait until the view has the words of all that the caller did in a team. Raises NOT_YET and PARKED."""
    within_s = context.gateway.limits.wait_for_s
    if not await own_words_shown(context, team, within_s=within_s):
        raise not_yet(within_s)


async def own_words_shown(context: Context, team: str, *, within_s: float) -> bool:
    """
    Wait until the view has the words of all that the caller did in a team. False after `within_s`.

    Words and facts are in different partitions of the log, and the position of a command is that of its fact.
    Raises PARKED.
    """
    me = context.person

    async def shown() -> bool:
        async with context.gateway.reader.connection() as connection:
            await check_not_parked(connection, view.VIEW, [me])
            return not await view.words_are_awaited(connection, team, me)

    return await context.gateway.freshness.wait_until(shown, view.VIEW, within_s=within_s)
