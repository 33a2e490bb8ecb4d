"""`colleagues`: finds colleagues by the start of a name."""

from typing import Annotated

import strawberry

from gateway.api.names import Colleague
from gateway.api.root_fields import query
from gateway.api.works_here import check_works_here
from gateway.context import Info
from gateway.errors import ErrorCode, GatewayError
from projections.views import directory
from rules.names import plain_name

COLLEAGUES_MAX = 20
NAME_CHARS_MIN = 2
NAME_CHARS_MAX = 100


@query(
    description="Colleagues by name, 20 at most: to share with, or to plan a conversation with.",
    items_max=COLLEAGUES_MAX,
)
async def colleagues(
    info: Info,
    name: Annotated[
        str,
        strawberry.argument(
            description=(
                "The beginning of a word of the name, 2 letters at least; case and accents do not matter."
            )
        ),
    ],
) -> list[Colleague] | None:
    if len(plain_name(name)) < NAME_CHARS_MIN:
        raise GatewayError(ErrorCode.BAD_REQUEST, f"`name` must have at least {NAME_CHARS_MIN} letters.")
    if len(name) > NAME_CHARS_MAX:
        raise GatewayError(ErrorCode.LIMIT_EXCEEDED, f"`name` may have at most {NAME_CHARS_MAX} characters.")
    await check_works_here(info, to="search for colleagues")
    async with info.context.gateway.reader.connection() as connection:
        persons = await directory.colleagues(connection, name, limit=COLLEAGUES_MAX)
    return [Colleague(id=strawberry.ID(found.person), display_name=found.display_name) for found in persons]
