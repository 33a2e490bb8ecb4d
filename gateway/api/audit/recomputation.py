"""`recomputation`: a release or a mirror computed again, which says one word."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from typing import Annotated

import strawberry

from gateway.api.root_fields import query
from gateway.context import Info
from gateway.types.enums import Recomputation


@query(
    description=(
        "A release, or a mirror whose owner handed over its id, computed again from the log; null if there "
        "is none. A mirror for 30 days: then its rows can't be read any more. It may take seconds; an error "
        "UNAVAILABLE says that nothing is known yet, so ask again."
    )
)
async def recomputation(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="Of a `CapabilityRelease` or a `Mirror`.")],
) -> Recomputation | None:
    context = info.context
    return await context.gateway.bus.recomputation(
        str(id), identity=context.known_identity, role=context.role
    )
