"""The port to services and processes: it sends commands, and asks what needs the vault or the log."""

from typing import Protocol

from gateway.auth import Identity
from rules.access.roles import Role
from rules.audit.answers import AnyAnswer, AnyQuestion
from rules.audit.recomputation import Recomputation
from rules.commands import CommandRequest, CommandResult
from rules.feedback.invitation import InvitationLetter, InvitedPerson, RaterInvitation


class CommandBus(Protocol):
    """
    Sends commands to the services.

    A command whose answer is lost is UNSETTLED and not an error, because it may have happened. Raises
    GatewayError: FORBIDDEN when the caller does not hold the role, UNAVAILABLE only when nothing was sent.
    """

    async def send(self, request: CommandRequest, *, identity: Identity, role: Role) -> CommandResult: ...

    async def result_of(self, command_id: str, *, identity: Identity, role: Role) -> CommandResult | None:
        """Return the result of one of the caller's commands; None when no such command is known."""

    async def invitation(self, *, identity: Identity) -> RaterInvitation | None:
        """Return what the rater with this code is asked; None for a wrong code, or when it is over."""

    async def invited(self, round_: str, *, identity: Identity, role: Role) -> list[InvitedPerson]:
        """Return whom the caller asked in a round of their own; nobody once it is over."""

    async def letters(self, *, identity: Identity, role: Role) -> list[InvitationLetter]:
        """Return the letters to print for people who get no mail; none about the caller."""

    async def audit(self, question: AnyQuestion, *, identity: Identity, role: Role) -> AnyAnswer | None:
        """Return what an auditor asks; None of what is not there, or not theirs."""

    async def recomputation(self, of: str, *, identity: Identity, role: Role) -> Recomputation | None:
        """Return what computing a release or mirror again says; None when there is no such thing."""
