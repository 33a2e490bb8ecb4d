"""Identifiers: 32 lower-case hexadecimal digits, the hex form of a UUID, random or derived."""

import hashlib
import re
import uuid
from typing import Final

ID_BYTES: Final = 16
_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


def new_id() -> str:
    """Return a random id (UUID version 4)."""
    return uuid.uuid4().hex


def derived_id(*parts: str) -> str:
    """
    Return an id made from these parts: the same parts give the same id (UUID version 8, RFC 9562).

    It is the first 16 bytes of the SHA-256 of the parts in UTF-8, each after its length (u32 big endian), so
    that ("ab", "c") and ("a", "bc") differ. Anybody who knows the parts can make the id, so a person's id is
    never derived.
    """
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(4, "big"))
        digest.update(encoded)
    raw = bytearray(digest.digest()[:16])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    return raw.hex()


def is_id(text: str) -> bool:
    """Return whether the text has the form of an id."""
    return _ID.fullmatch(text) is not None
