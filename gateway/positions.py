"""Places in the log as clients hold them: encrypted, authenticated, and the same text for everyone."""

import base64
import binascii
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from gateway.errors import ErrorCode, GatewayError
from gateway.types.scalars import Position

POSITION_KEY_BYTES = 64
_CONTEXT = b"ipp.position.v1"
_NUMBERS = struct.Struct(">IQ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A commit's place: the log's generation, a partition, and the ordinal of its last event there."""

    generation: str
    partition: int
    ordinal: int


class PositionCipher:
    """AES-SIV (RFC 5297): deterministic, since members of a team get equal bytes, and still authenticated.

    A random nonce would give every reader other text for the same place; AES-GCM without one is not safe.
    """

    __slots__ = ("_aead",)

    def __init__(self, key: bytes) -> None:
        if len(key) != POSITION_KEY_BYTES:
            raise ValueError(f"the position key has {POSITION_KEY_BYTES} bytes")
        self._aead = AESSIV(key)

    def write(self, place: Place) -> Position:
        plain = _NUMBERS.pack(place.partition, place.ordinal) + place.generation.encode()
        return Position(self.seal(plain, purpose=_CONTEXT))

    def read(self, text: str) -> Place:
        """Read what `write` wrote. Raises BAD_REQUEST for text that no gateway of this installation made."""
        try:
            plain = self.open(text, purpose=_CONTEXT) or b""
            partition, ordinal = _NUMBERS.unpack_from(plain)
            generation = plain[_NUMBERS.size :].decode()
        except (ValueError, struct.error):
            raise GatewayError(ErrorCode.BAD_REQUEST, "This is no position of this installation.") from None
        return Place(generation=generation, partition=partition, ordinal=ordinal)

    def seal(self, plain: bytes, *, purpose: bytes) -> str:
        """Seal any place, in the log or in a list, as text that opens for the same purpose only."""
        return base64.urlsafe_b64encode(self._aead.encrypt(plain, [purpose])).decode()

    def open(self, text: str, *, purpose: bytes) -> bytes | None:
        """Open what was sealed for a purpose; None for text that no gateway of this installation made."""
        try:
            return self._aead.decrypt(base64.urlsafe_b64decode(text), [purpose])
        except (InvalidTag, ValueError, binascii.Error):
            return None
