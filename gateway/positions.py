"""Positions of the log as clients hold them: encrypted, authenticated, and the same text for everyone."""

import base64
import binascii
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from gateway.errors import ErrorCode, GatewayError
from gateway.types.scalars import Position
from rules.commands import LogPosition

POSITION_KEY_BYTES = 64
_CONTEXT = b"ipp.position.v1"
_NUMBERS = struct.Struct(">IQ")


class PositionCipher:
    """AES-SIV (RFC 5297): deterministic, since members of a team get equal bytes, and still authenticated.

    A random nonce would give every reader other text for the same position; AES-GCM without one is not safe.
    """

    __slots__ = ("_aead",)

    def __init__(self, key: bytes) -> None:
        if len(key) != POSITION_KEY_BYTES:
            raise ValueError(f"the position key has {POSITION_KEY_BYTES} bytes")
        self._aead = AESSIV(key)

    def write(self, position: LogPosition) -> Position:
        plain = _NUMBERS.pack(position.partition, position.ordinal) + position.generation.encode()
        return Position(self.seal(plain, purpose=_CONTEXT))

    def read(self, text: str) -> LogPosition:
        """Read what `write` wrote. Raises BAD_REQUEST for text that no gateway of this installation made."""
        try:
            plain = self.open(text, purpose=_CONTEXT) or b""
            partition, ordinal = _NUMBERS.unpack_from(plain)
            generation = plain[_NUMBERS.size :].decode()
        except (ValueError, struct.error):
            raise GatewayError(ErrorCode.BAD_REQUEST, "This is no position of this installation.") from None
        return LogPosition(generation=generation, partition=partition, ordinal=ordinal)

    def seal(self, plain: bytes, *, purpose: bytes) -> str:
        """Seal a position, in the log or in a list, as text that opens for the same purpose only."""
        return base64.urlsafe_b64encode(self._aead.encrypt(plain, [purpose])).decode()

    def open(self, text: str, *, purpose: bytes) -> bytes | None:
        """Open what was sealed for a purpose; None for text that no gateway of this installation made."""
        try:
            return self._aead.decrypt(base64.urlsafe_b64decode(text), [purpose])
        except (InvalidTag, ValueError, binascii.Error):
            return None
