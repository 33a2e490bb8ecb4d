"""The port between a mutation and the service that decides: it sends a command and returns its result."""

from typing import Protocol

from gateway.auth import Identity
from rules.access.roles import Role
from rules.commands import CommandRequest, CommandResult


class CommandBus(Protocol):
    """
    Sends commands to the services.

    A command whose answer is lost is UNSETTLED and not an error, because it may have happened. Raises
    GatewayError: FORBIDDEN when the caller does not hold the role, UNAVAILABLE only when nothing was sent.
    """

    async def send(self, request: CommandRequest, *, identity: Identity, role: Role) -> CommandResult: ...

    async def result_of(self, command_id: str, *, identity: Identity, role: Role) -> CommandResult | None:
        """Return the result of one of the caller's commands; None when no such command is known."""
