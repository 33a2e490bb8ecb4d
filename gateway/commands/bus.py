"""The port between a mutation and the service that decides: a command goes out, its result comes back."""

from typing import Protocol

from gateway.auth import Identity
from rules.access.roles import Role
from rules.commands import CommandRequest, CommandResult


class CommandBus(Protocol):
    """
    Carries commands to where they are decided.

    A command whose answer got lost is UNSETTLED and no error, because it may have happened. Raises
    GatewayError: FORBIDDEN when the role is not the caller's, UNAVAILABLE only when nothing was sent.
    """

    async def send(self, request: CommandRequest, *, identity: Identity, role: Role) -> CommandResult: ...

    async def result_of(self, command_id: str, *, identity: Identity, role: Role) -> CommandResult | None:
        """Return how a command of this caller ended; None when nothing is known of it."""
