"""Who sends a command, how it ended, and what is said when it can't be handled at all."""

import traceback
from pathlib import Path
from typing import Final, Literal
from uuid import UUID

import msgspec

from events.log.outcomes import Accepted, Position, Settled
from rules.access.roles import Role
from services.decisions import refusals as refusing
from services.decisions.decider import Refusal

COMMAND_ID_VERSIONS: Final = frozenset({4, 7})


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends a command, and the one role it is sent in."""

    person: str
    role: Role


class CommandResult(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How a command ended. `thing_id` is what it made or changed, `version` that of the stream it writes."""

    command_id: str
    outcome: Literal["ACCEPTED", "REFUSED", "UNSETTLED"]
    position: Position | None = None
    version: int | None = None
    refusals: tuple[Refusal, ...] = ()
    thing_id: str | None = None


class ForbiddenError(Exception):
    """The caller may not give this command in this role."""


class CommandIdError(ValueError):
    """A command's id is no UUID of version 4 or 7."""


class UnavailableError(Exception):
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
    thing: str | None


def canonical(command_id: str) -> str:
    """Return a command's id as 36 characters. Raises CommandIdError."""
    try:
        parsed = UUID(command_id)
    except (ValueError, AttributeError, TypeError):
        raise CommandIdError("a command's id is a UUID") from None
    if parsed.version not in COMMAND_ID_VERSIONS:
        raise CommandIdError("a command's id is a UUID of version 4 or 7")
    return str(parsed)


def told(command_id: str, found: Accepted | Settled) -> CommandResult:
    if isinstance(found, Settled):
        return refused(command_id, refusing.SETTLED)
    answer = msgspec.json.decode(found.answer, type=Answer)
    return CommandResult(
        command_id=command_id,
        outcome="ACCEPTED",
        position=found.position,
        version=answer.version,
        thing_id=answer.thing,
    )


def refused(command_id: str, *refusals: Refusal, version: int | None = None) -> CommandResult:
    return CommandResult(command_id=command_id, outcome="REFUSED", refusals=refusals, version=version)


def where(error: BaseException) -> str:
    """Return the places an error came through, the innermost first, without its text: it may quote people."""
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
