"""How an append can end: accepted at a position, in conflict, settled, or not known yet."""

import msgspec
from eventsourcing.persistence import IntegrityError, PersistenceError, ProgrammingError

from rules.commands import LogPosition


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """A command stands on the log for good. `repeated`: by an earlier attempt than this one."""

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


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """A command did not happen and never will."""

    subject: str
    command: bytes


class ConflictError(IntegrityError):
    """
    The attempt was refused for good, by the log or from what the journal shows.

    `verdict` is the rule's word for it (see `acceptance.Outcome`), `version` the stream's version at that
    moment, where one stream is at issue.
    """

    def __init__(self, message: str, *, verdict: str, version: int | None = None) -> None:
        super().__init__(message)
        self.verdict = verdict
        self.version = version


class OutcomeUnknownError(Exception):
    """
    Neither accepted nor refused within the time given: the log may still take it. `resolve` makes it final.

    Not one of the library's persistence errors, whose retry decorators would append again.
    """


class NotSentError(PersistenceError):
    """The append never left this process: nothing happened, and trying again is safe."""


class CommitTooLargeError(ProgrammingError):
    """The commit does not fit one record; refused before sending."""
