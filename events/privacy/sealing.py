"""Encrypts what is a person's under that person's key: AES-256-GCM, padded to multiples of 256 bytes."""

import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kit.errors import UnavailableError

STEP_BYTES: Final = 256
KEY_BYTES: Final = 32
_FORMAT: Final = b"\x01"
NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_LENGTH_BYTES: Final = 4
_OVERHEAD_BYTES: Final = len(_FORMAT) + NONCE_BYTES + _TAG_BYTES + _LENGTH_BYTES


class SealError(Exception):
    """The bytes do not open under this key and subject, or are no sealed content at all."""


class KeyDestroyedError(Exception):
    """The person was forgotten: nothing sealed under this key can ever be opened again."""


class NoKeyError(Exception):
    """The subject never had a key."""


class VaultUnreachableError(UnavailableError):
    """The vault does not answer: nothing is known about any key."""


class PersonKey(bytes):
    """
    A key that is used again and again, with its cipher: making that takes longer than opening one event.

    The cipher lives no longer than the key does in memory.
    """

    @cached_property
    def cipher(self) -> AESGCM:
        return AESGCM(self)


class PersonKeys(Protocol):
    """Where keys come from."""

    def key_of(self, subject: str) -> bytes:
        """Return the key, 32 bytes. Raises KeyDestroyedError, NoKeyError, VaultUnreachableError."""

    def keys_of(self, subjects: Iterable[str]) -> Mapping[str, bytes]:
        """Return the existing keys by subject, read at once; `key_of` then needs no trip to the vault."""


def seal(key: bytes, subject: str, plaintext: bytes, *, nonce: bytes | None = None) -> bytes:
    """
    Return format, nonce and ciphertext, together a multiple of 256 bytes.

    The additional data are only format and subject, so that a commit that is decided again needs no new
    sealing. `nonce` (12 bytes, never twice under one key) is random unless it is given.
    """
    padding = -(_OVERHEAD_BYTES + len(plaintext)) % STEP_BYTES
    padded = len(plaintext).to_bytes(_LENGTH_BYTES) + plaintext + bytes(padding)
    nonce = nonce or os.urandom(NONCE_BYTES)
    return _FORMAT + nonce + _cipher(key).encrypt(nonce, padded, _FORMAT + subject.encode())


def open_sealed(key: bytes, subject: str, sealed: bytes) -> bytes:
    """Return the plaintext. Raises SealError."""
    if sealed[:1] != _FORMAT or len(sealed) < _OVERHEAD_BYTES:
        raise SealError("not sealed in a format that this program knows")
    nonce, ciphertext = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        padded = _cipher(key).decrypt(nonce, ciphertext, _FORMAT + subject.encode())
    except (InvalidTag, ValueError) as error:
        raise SealError("the sealed content is damaged, or of another subject") from error
    length = int.from_bytes(padded[:_LENGTH_BYTES])
    return padded[_LENGTH_BYTES : _LENGTH_BYTES + length]


def _cipher(key: bytes) -> AESGCM:
    return key.cipher if isinstance(key, PersonKey) else AESGCM(key)
