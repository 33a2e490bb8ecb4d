"""`auditReplayed`: the commits of a replay one after the other, then it completes."""

from collections.abc import AsyncGenerator, Sequence
from typing import Annotated, Final

import strawberry
from strawberry import UNSET

from gateway.api.audit.commits import PAGES, AuditCommit, commit, is_opened, recorded_page
from gateway.api.paging import Edge
from gateway.api.root_fields import subscription
from gateway.context import Context, Info
from gateway.errors import ErrorCode, GatewayError
from rules.audit.answers import CommitSeen, OpeningSeen

NAME: Final = "auditReplayed"
PAGE: Final = 20
"""Commits that are asked for at once: what is open is looked up again for each page."""
_OVER: Final = "This replay is not yours, or it is over."
_ENDED: Final = "What was open has been closed. Subscribe again with `after` to go on with the chain."


@subscription(
    description=(
        "The commits of a replay you started, in log order, then completes. It ends with FORBIDDEN when your "
        "role, the replay, or what opened its contents ends meanwhile."
    )
)
async def audit_replayed(
    info: Info,
    replay_id: Annotated[strawberry.ID, strawberry.argument(description="A replay of your own.")],
    after: Annotated[
        str | None,
        strawberry.argument(
            description="The cursor of the last commit that was seen, the same as in `AuditReplay.commits`."
        ),
    ] = UNSET,
) -> AsyncGenerator[Edge[AuditCommit]]:
    context = info.context
    await context.check_access(NAME, role_held=True)
    with context.gateway.subscriptions.opened_by(context.person):
        number = PAGES.key_in(context, after) if after else 0
        before: frozenset[str] = frozenset()
        more = True
        while more:
            page = await recorded_page(context, str(replay_id), first=PAGE, after=number)
            if page is None:
                raise GatewayError(ErrorCode.FORBIDDEN, _OVER)
            now_open = frozenset(one.opening for one in page.openings)
            if before - now_open:
                raise GatewayError(ErrorCode.FORBIDDEN, _ENDED)
            before = now_open
            for seen in page.commits:
                await _check(context, seen, page.openings)
                yield PAGES.edge(context, seen, commit(seen))
                number = seen.number
            more = page.more and bool(page.commits)


async def _check(context: Context, seen: CommitSeen, openings: Sequence[OpeningSeen]) -> None:
    """Raise UNAUTHENTICATED or FORBIDDEN when the right to this commit has ended since its page was read."""
    await context.check_access(NAME, role_held=True)
    now = context.gateway.calendar.now()
    if is_opened(seen) and any(one.until <= now for one in openings):
        raise GatewayError(ErrorCode.FORBIDDEN, _ENDED)
