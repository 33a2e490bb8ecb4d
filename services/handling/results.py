"""Who sends a command, what is kept of how it ended, and the errors when it can't be handled at all."""

from typing import Final
from uuid import UUID

import msgspec

from events.log.outcomes import Accepted, Voided
from kit.errors import BadRequestError, UnavailableError
from rules.access.roles import Role
from rules.commands import CommandResult, Refusal
from services.decisions import refusals as reasons

COMMAND_ID_VERSIONS: Final = frozenset({4, 7})


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends a command, and the one role it is sent in."""

    person: str
    role: Role


class CommandIdError(BadRequestError):
    """A command's id is no UUID of version 4 or 7."""


class NothingAppliedError(UnavailableError):
    """
    A part this needs is away or can't be read, and this request applied nothing.

    That is said of the request and not of its command, which an earlier request may have carried out.
    """

    def __str__(self) -> str:
        what = super().__str__()
        return (
            f"{what}; this request changed nothing, and if the command was sent before, ask what became of it"
        )


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Kept on the log with an accepted command, in clear: no more than a version and a random id."""

    version: int | None
    entity_id: str | None = msgspec.field(name="thing")


def canonical(command_id: str) -> str:
    """Return a command's id as 36 characters. Raises CommandIdError."""
    try:
        parsed = UUID(command_id)
    except (ValueError, AttributeError, TypeError):
        raise CommandIdError("a command's id is a UUID") from None
    if parsed.version not in COMMAND_ID_VERSIONS:
        raise CommandIdError("a command's id is a UUID of version 4 or 7")
    return str(parsed)


def result_of(command_id: str, found: Accepted | Voided) -> CommandResult:
    if isinstance(found, Voided):
        return refused(command_id, reasons.SETTLED)
    answer = msgspec.json.decode(found.answer, type=Answer)
    return CommandResult(
        command_id=command_id,
        outcome="ACCEPTED",
        position=found.position,
        version=answer.version,
        entity_id=answer.entity_id,
    )


def refused(command_id: str, *refusals: Refusal, version: int | None = None) -> CommandResult:
    return CommandResult(command_id=command_id, outcome="REFUSED", refusals=refusals, version=version)
