"""How an append can end: accepted at a position, voided, in conflict, not known yet, or not sent."""

import msgspec
from eventsourcing.persistence import IntegrityError, PersistenceError, ProgrammingError

from events.log.acceptance import Outcome
from rules.commands import LogPosition


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """The log accepted the command. `repeated`: it was an earlier attempt that it accepted."""

    subject: str
    command: bytes
    position: LogPosition
    events: int
    answer: bytes
    fingerprint: bytes
    repeated: bool = False

    @property
    def first_ordinal(self) -> int:
        return self.position.ordinal - self.events + 1


class Voided(msgspec.Struct, frozen=True, kw_only=True):
    """The command did not happen and never will."""

    subject: str
    command: bytes


class ConflictError(IntegrityError):
    """
    The attempt was refused for good, by the log or already by what the journal holds.

    `outcome` is the reason; `version` is the stream's current version, where the commit has only one stream.
    """

    def __init__(self, message: str, *, outcome: Outcome, version: int | None = None) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.version = version


class OutcomeUnknownError(Exception):
    """
    Neither accepted nor refused in time: the log may still accept it. `resolve` makes the outcome final.

    It is not one of the library's persistence errors, because their retry decorators would append again.
    """


class NotSentError(PersistenceError):
    """The append never left this process: nothing happened, and trying again is safe."""


class CommitTooLargeError(ProgrammingError):
    """The commit does not fit one record; refused before sending."""
