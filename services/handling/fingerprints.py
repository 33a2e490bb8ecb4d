"""Telling whether a command id came with the same request before, without the request being on the log."""

import hmac
from typing import Protocol

import msgspec

from services.decisions.command import Command


class FingerprintKeys(Protocol):
    def fingerprint_key(self, subject: str) -> bytes:
        """Return the key for requests about a subject, 32 bytes."""


def fingerprint_of(command: Command, subject: str, keys: FingerprintKeys) -> bytes:
    """
    Return the HMAC-SHA256 of name and input, under a key of the subject's.

    A bare hash would let whoever holds the log guess what was asked.
    """
    request = command.wire_name().encode() + b"\0" + msgspec.json.encode(command)
    return hmac.digest(keys.fingerprint_key(subject), request, "sha256")
