"""Fingerprints of requests: they show that a command id was reused, without the request on the log."""

import hmac
from typing import Protocol

import msgspec

from services.decisions.command import Command


class FingerprintKeys(Protocol):
    def fingerprint_key(self, subject: str) -> bytes:
        """Return the key for requests about a subject, 32 bytes."""


def fingerprint_of(command: Command, subject: str, keys: FingerprintKeys) -> bytes:
    """
    Return the HMAC-SHA256 of name and input, under the subject's key.

    With a hash that needs no key, a reader of the log could test guesses of what was asked.
    """
    request = command.wire_name().encode() + b"\0" + msgspec.json.encode(command)
    return hmac.digest(keys.fingerprint_key(subject), request, "sha256")
