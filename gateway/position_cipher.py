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
_PURPOSE = b"ipp.position.v1"
_NUMBERS = struct.Struct(">IQ")
_TAG_BYTES = 16


class PositionCipher:
    """AES-SIV (RFC 5297), which is deterministic and still authenticated: members of a team get equal bytes.

    With a random nonce each reader would get different text for the same position; AES-GCM without a nonce is
    not safe.
    """

    __slots__ = ("_aead",)

    def __init__(self, key: bytes) -> None:
        if len(key) != POSITION_KEY_BYTES:
            raise ValueError(f"the position key has {POSITION_KEY_BYTES} bytes")
        self._aead = AESSIV(key)

    def encode(self, position: LogPosition) -> Position:
        plain = _NUMBERS.pack(position.partition, position.ordinal) + position.generation.encode()
        return Position(self.encrypt(plain, purpose=_PURPOSE))

    def decode(self, text: str) -> LogPosition:
        """Return the position that `encode` encoded. Raises BAD_REQUEST for text of another installation."""
        try:
            plain = self.decrypt(text, purpose=_PURPOSE) or b""
            partition, ordinal = _NUMBERS.unpack_from(plain)
            generation = plain[_NUMBERS.size :].decode()
        except (ValueError, struct.error):
            message = "This position was not made by this installation."
            raise GatewayError(ErrorCode.BAD_REQUEST, message) from None
        return LogPosition(generation=generation, partition=partition, ordinal=ordinal)

    def encrypt(self, plain: bytes, *, purpose: bytes) -> str:
        """Return `plain` encrypted, as text that decrypts for the same purpose only."""
        return base64.urlsafe_b64encode(self._aead.encrypt(plain, [purpose])).decode()

    def alias(self, entity: str, *, purpose: bytes) -> str:
        """
        Return an id of an entity that has nothing in common with its other ids, of 32 hexadecimal digits.

        It is the same each time and can't be turned back: the authentication tag of AES-SIV alone, which is
        a keyed pseudo-random function of purpose and entity (RFC 5297, S2V).
        """
        return self._aead.encrypt(entity.encode(), [purpose])[:_TAG_BYTES].hex()

    def decrypt(self, text: str, *, purpose: bytes) -> bytes | None:
        """Return what was encrypted for a purpose; None for text that this installation did not make."""
        try:
            return self._aead.decrypt(base64.urlsafe_b64decode(text), [purpose])
        except (InvalidTag, ValueError, binascii.Error):
            return None
