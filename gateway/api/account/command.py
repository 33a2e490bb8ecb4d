"""`command`: how one of the caller's commands ended."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from typing import Annotated
from uuid import UUID

import strawberry

from gateway.api.command_result import CommandResult, command_result
from gateway.api.root_fields import query
from gateway.context import Info


@query(
    description=(
        "How a command of yours ended. Null when nothing is known of it, because it never arrived, is "
        "still on its way, or was refused without a trace: send it again, under the same id."
    )
)
async def command(
    info: Info, id: Annotated[UUID, strawberry.argument(description="The `commandId` that it was sent with.")]
) -> CommandResult | None:
    context = info.context
    result = await context.gateway.bus.result_of(str(id), identity=context.known_identity, role=context.role)
    return command_result(info, result) if result else None
