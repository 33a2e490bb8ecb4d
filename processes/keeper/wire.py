"""What is sent to the keeper over HTTP, as JSON; a round is in the body and never in an address."""

import msgspec

from processes.keeper.keeper import KeyStatus
from services.feedback.keeper import HandInOutcome


class OfRound(msgspec.Struct, frozen=True, kw_only=True):
    round: str


class OfRequest(msgspec.Struct, frozen=True, kw_only=True):
    round: str
    command: bytes


class OfRounds(msgspec.Struct, frozen=True, kw_only=True):
    rounds: tuple[str, ...]


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """How handing in ended; None when it is not known."""

    outcome: HandInOutcome | None


class Statuses(msgspec.Struct, frozen=True, kw_only=True):
    statuses: dict[str, KeyStatus]
