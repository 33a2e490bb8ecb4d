"""The caller of a command, its result, and the errors of a request that could not be handled."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

import msgspec
import structlog
from eventsourcing.persistence import PersistenceError

from events.codec import UndecodableEventError
from events.log.outcomes import Accepted, Voided
from events.privacy.sealing import VaultUnreachableError
from kit.errors import BadRequestError, UnavailableError
from kit.telemetry import traceback_summary
from rules.access.roles import Role
from rules.commands import CommandResult, Refusal
from services.decisions.refusals import SETTLED
from services.handling.loading import StreamNotUnderstoodError

_log = structlog.get_logger(__name__)
COMMAND_ID_VERSIONS: Final = frozenset({4, 7})


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """The person who sends a command, and the role they act in."""

    person: str
    role: Role


class CommandIdError(BadRequestError):
    """A command's id is not a UUID of version 4 or 7."""


class NothingAppliedError(UnavailableError):
    """
    The log or the vault is away or can't be read, and this request applied nothing.

    Its command may still have been carried out, by an earlier request.
    """

    def __str__(self) -> str:
        what = super().__str__()
        return f"{what}; this request changed nothing, and if the command was sent before, ask how it ended"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The result of an accepted command, stored on the log in clear: only a version and a random id."""

    version: int | None
    entity_id: str | None = msgspec.field(name="thing")


def canonical(command_id: str) -> str:
    """Return a command's id in its form of 36 characters. Raises CommandIdError."""
    try:
        parsed = UUID(command_id)
    except (ValueError, AttributeError, TypeError):
        raise CommandIdError("a command's id is a UUID") from None
    if parsed.version not in COMMAND_ID_VERSIONS:
        raise CommandIdError("a command's id is a UUID of version 4 or 7")
    return str(parsed)


def result_of(command_id: str, found: Accepted | Voided) -> CommandResult:
    if isinstance(found, Voided):
        return refused(command_id, SETTLED)
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


@contextmanager
def unavailable_reported() -> Iterator[None]:
    """Raise NothingAppliedError when log, vault or keeper is away or what they hold can't be read."""
    try:
        yield
    except NothingAppliedError:
        raise
    except (PersistenceError, VaultUnreachableError) as error:
        _log.warning("command.unavailable", reason=type(error).__name__)
        raise NothingAppliedError("the log or the vault can't be reached") from error
    except UnavailableError as error:
        _log.warning("command.unavailable", reason=type(error).__name__)
        raise NothingAppliedError(str(error)) from error
    except (UndecodableEventError, StreamNotUnderstoodError) as error:
        # These messages name the stream, the version and the event type; they quote no content.
        _log.error("command.stream_unreadable", reason=str(error), where=traceback_summary(error))
        raise NothingAppliedError("what this is about can't be read at the moment") from error
