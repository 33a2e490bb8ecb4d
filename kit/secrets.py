"""Keys that are read from files and never shown, and the master key that wraps other keys."""

import hmac
import os
import resource
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
_FORMAT: Final = b"\x01"
_NONCE_BYTES: Final = 12


class SecretError(Exception):
    """A key file can't be used, or a wrapped key does not open with this key and context."""


def write_no_core_dump() -> None:
    """Let this process leave no core dump for good: it would hold every key that is in its memory."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read_key(path: Path) -> bytes:
    """Read a key: 64 hexadecimal digits. Raises SecretError, which never quotes the content."""
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise SecretError(f"The key file {path} can't be read: {error.strerror}.") from error
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        # Outside of the handler: the first error would be shown as the context, and it quotes the content.
        raise SecretError(f"The key file {path} must hold {2 * KEY_BYTES} hexadecimal digits.")
    return key


def read_key_or_new(path: Path) -> bytes:
    """Read a key, or write a random one to that file, which only its owner may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_key(path)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(os.urandom(KEY_BYTES).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    return read_key(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterKey:
    """Wraps keys with AES-256-GCM. A key opens only with the context it was wrapped with."""

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            raise SecretError(f"A master key has {KEY_BYTES} bytes, not {len(self.key)}.")

    @classmethod
    def from_file(cls, path: Path) -> "MasterKey":
        """Read the key. Raises SecretError as `read_key` does."""
        return cls(key=read_key(path))

    @classmethod
    def from_file_or_new(cls, path: Path) -> "MasterKey":
        """Read the key, or write a new one, as `read_key_or_new` does."""
        return cls(key=read_key_or_new(path))

    def derived(self, purpose: bytes) -> bytes:
        """Return a key of 32 bytes for this purpose; without the master key it can't be made."""
        return hmac.digest(self.key, b"derived key|" + purpose, "sha256")

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        """Wrap a key; the same `context`, such as whose key it is, is needed to unwrap it."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + AESGCM(self.key).encrypt(nonce, key, _FORMAT + context)

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        """Unwrap a key. Raises SecretError if master key, context or bytes are not those of the wrapping."""
        if wrapped[:1] != _FORMAT:
            raise SecretError("This key was wrapped in a format that this program doesn't know.")
        nonce, sealed = wrapped[1 : 1 + _NONCE_BYTES], wrapped[1 + _NONCE_BYTES :]
        try:
            return AESGCM(self.key).decrypt(nonce, sealed, _FORMAT + context)
        except (InvalidTag, ValueError):
            raise SecretError("This wrapped key does not open under this master key and context.") from None
