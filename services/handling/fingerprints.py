"""Fingerprints of requests: they show that a command id was reused, without the request on the log."""

import hmac
from typing import NamedTuple, Protocol

import msgspec
from msgspec import UNSET

from services.decisions.changes import optional_changes
from services.decisions.command import Command


class FingerprintKeys(Protocol):
    def fingerprint_key(self, subject: str) -> bytes:
        """Return the key for requests about a subject, 32 bytes."""


class Fingerprints(NamedTuple):
    """The fingerprint of a request, and the one it had before null and left out had different meanings."""

    now: bytes
    earlier: bytes


def fingerprints_of(command: Command, subject: str, keys: FingerprintKeys) -> Fingerprints:
    """
    Return the HMAC-SHA256 of name and input, under the subject's key.

    With a hash that needs no key, a reader of the log could test guesses of what was asked.

    An optional field of a change was once absent from the bytes both when it was left out and when it was
    null. So that a retry of such a command is still recognised, what distinguishes the two comes after them.
    """
    key, optional = keys.fingerprint_key(subject), optional_changes(type(command))
    emptied = [name for name in optional if getattr(command, name) is None]
    given = msgspec.structs.replace(command, **dict.fromkeys(emptied, UNSET))
    request = command.wire_name().encode() + b"\0" + msgspec.json.encode(given)
    earlier = hmac.digest(key, request, "sha256")
    if all(getattr(given, name) is not UNSET for name in optional):
        return Fingerprints(now=earlier, earlier=earlier)
    now = hmac.digest(key, request + b"\0" + msgspec.json.encode(emptied), "sha256")
    return Fingerprints(now=now, earlier=earlier)
