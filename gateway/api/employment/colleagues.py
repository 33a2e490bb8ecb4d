"""`colleagues`: who there is to share with, to talk with, to ask."""

import strawberry

from gateway.api.names import Colleague
from gateway.api.root_fields import query
from gateway.context import Info
from gateway.errors import ErrorCode, GatewayError
from projections.views import directory
from rules.names import plain_name

COLLEAGUES_MAX = 20
NAME_CHARS_MIN = 2
NAME_CHARS_MAX = 100


@query(
    description=(
        "Colleagues by the start of a name (2 letters at least), 20 at most: to share with, to talk with, "
        "to ask."
    )
)
async def colleagues(info: Info, name: str) -> list[Colleague] | None:
    if len(plain_name(name)) < NAME_CHARS_MIN:
        raise GatewayError(ErrorCode.BAD_REQUEST, f"`name` has {NAME_CHARS_MIN} letters at least.")
    if len(name) > NAME_CHARS_MAX:
        raise GatewayError(ErrorCode.LIMIT_EXCEEDED, f"`name` has {NAME_CHARS_MAX} characters at most.")
    asking = (await info.caller()).person
    if asking is None or asking.ended_on is not None:  # who left keeps the own portfolio, and no more
        raise GatewayError(ErrorCode.FORBIDDEN, "Colleagues are those of who works here.")
    async with info.context.gateway.reader.connection() as connection:
        found = await directory.colleagues(connection, name, limit=COLLEAGUES_MAX)
    return [Colleague(id=strawberry.ID(p.person), display_name=p.display_name) for p in found]
