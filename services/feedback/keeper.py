"""The port to the keeper, the process that alone holds the private keys of open rounds."""

from typing import Literal, Protocol

import msgspec

from kit.errors import UnavailableError
from services.decisions.feedback import RoundKey

__all__ = ["HandIn", "HandInOutcome", "Keeper", "KeeperUnavailableError", "RoundKey"]

HandInOutcome = Literal["KEPT", "OVER", "INVALID", "LIMIT_REACHED", "UNSETTLED"]
"""
How handing in ended, on the word of the inbox's log.

KEPT: it will be counted. OVER: the round is closing or over, or the key is not here. INVALID: it has not the
one size that a sealed answer has. LIMIT_REACHED: handed in too often in this slot. UNSETTLED: not known yet.
"""


class HandIn(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a rater hands in: `sealed` is the encapsulated key and the ciphertext, of one constant size.

    `slot` is the random name (32 hex digits) under which the vault keeps whom it belongs to. `command` (32
    bytes) identifies the request, so that a retry is handed in once.
    """

    round: str
    slot: str
    command: bytes
    sealed: bytes


class KeeperUnavailableError(UnavailableError):
    """The keeper does not answer, and nothing was sent to it."""


class Keeper(Protocol):
    """Safe from several threads. Every method raises KeeperUnavailableError."""

    def make_key(self, round_: str) -> RoundKey:
        """
        Return the key pair's public half; make the pair if there is none.

        Before it returns, the private half is on the keeper's disk and has opened a test message.
        """

    def hand_in(self, hand_in: HandIn) -> HandInOutcome:
        """Append an answer to the inbox, and return the log's verdict."""

    def result_of(self, round_: str, command: bytes) -> HandInOutcome | None:
        """Return how an earlier request ended; None when it is not known here."""
