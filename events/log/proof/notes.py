"""
Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature by an Ed25519 key.

A key is named; its verifier key is `<name>+<8 hex digits>+<base64 of 0x01 and the public key>`.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kit.secrets import SecretError

ED25519: Final = b"\1"
PUBLIC_BYTES: Final = 32
HASH_BYTES: Final = 4
KEY_NAME: Final = "ipp"
"""The name of a key whose file gives none."""
KEYS_MAX: Final = 8
"""In one key file: the key in use and those that still sign with it while it takes over."""
NOTE_BYTES_MAX: Final = 64 * 1024
_NAME: Final = re.compile(r"[^\s+]{1,100}")
_KEY_LINE: Final = re.compile(r"([0-9a-fA-F]{64})(?:\s+(\S+))?")
_SIGNATURE: Final = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)")


class NoteError(Exception):
    """A text is no signed note, or no verifier key; the message says why."""


class UnknownKeyError(NoteError):
    """None of the keys at hand signed this note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key and its name; `public` has 32 bytes."""

    name: str
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read the form `name+hash+key`. Raises NoteError."""
        name, _, rest = text.strip().partition("+")
        claimed, _, encoded = rest.partition("+")
        try:
            raw = b64decode(encoded, validate=True)
        except Base64Error:
            raise NoteError("a verifier key ends with base64") from None
        key = cls(name=name, public=raw[1:])
        sound = raw[:1] == ED25519 and len(key.public) == PUBLIC_BYTES and key.hash.hex() == claimed
        if not _NAME.fullmatch(name) or not sound:
            raise NoteError("this is no verifier key of Ed25519: name+8 hex digits+base64")
        return key

    @property
    def hash(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:HASH_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.hash.hex()}+{b64encode(ED25519 + self.public).decode()}"

    def signed(self, text: str, signature: bytes) -> bool:
        """Whether this key made the signature on the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSigner:
    """The keys of one key file: the first is the one in use, the others sign too while it takes over."""

    keys: Sequence[tuple[str, Ed25519PrivateKey]] = field(repr=False)

    @classmethod
    def from_file(cls, path: Path) -> "NoteSigner":
        """
        Read a key file: a line for each key, 64 hexadecimal digits and, if it has one, the key's name.

        Raises SecretError, which never quotes the content.
        """
        try:
            lines = path.read_text(encoding="ascii").split("\n")
        except (OSError, UnicodeError) as error:
            raise SecretError(f"The key file {path} can't be read: {type(error).__name__}.") from None
        found = [_KEY_LINE.fullmatch(line.strip()) for line in lines if line.strip()]
        if not found or not all(found) or len(found) > KEYS_MAX:
            raise SecretError(f"The key file {path} must hold a line of 64 hexadecimal digits for each key.")
        return cls.of_seeds(*((line[2] or KEY_NAME, bytes.fromhex(line[1])) for line in found if line))

    @classmethod
    def of_seeds(cls, *seeds: tuple[str, bytes]) -> "NoteSigner":
        """Return the signer with these keys, each a name and 32 bytes."""
        return cls(keys=[(name, Ed25519PrivateKey.from_private_bytes(seed)) for name, seed in seeds])

    @property
    def verifier_keys(self) -> list[VerifierKey]:
        """The public halves, in the same order."""
        return [
            VerifierKey(name=name, public=key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
            for name, key in self.keys
        ]

    def sign(self, text: str) -> str:
        """Return the note: the text, which ends with a newline, signed by every key."""
        if not text.endswith("\n"):
            raise NoteError("the text of a note ends with a newline")
        lines = [
            f"— {public.name} {b64encode(public.hash + key.sign(text.encode())).decode()}\n"
            for public, (_, key) in zip(self.verifier_keys, self.keys, strict=True)
        ]
        return f"{text}\n{''.join(lines)}"


def open_note(note: str, keys: Sequence[VerifierKey]) -> str:
    """
    Return the text of a note that at least one of these keys signed.

    Raises UnknownKeyError if none of its signatures is by one of these keys, and NoteError for what is no
    signed note or has a signature that names one of the keys and is not by it.
    """
    text, signatures = split_note(note)
    by = [key for key in keys for name, named, _ in signatures if (key.name, key.hash) == (name, named)]
    if not by:
        names = ", ".join(f"{name}+{named.hex()}" for name, named, _ in signatures)
        raise UnknownKeyError(f"signed by {names}, and by none of the keys given")
    for key in by:
        made = [made for name, named, made in signatures if (key.name, key.hash) == (name, named)]
        if not all(key.signed(text, signature) for signature in made):
            raise NoteError(f"the signature by {key.name} does not fit the text: one of both was changed")
    return text


def split_note(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return the text, and of each signature the key's name, its four bytes, and the signature."""
    text, empty, last = note.rpartition("\n\n")
    if len(note.encode()) > NOTE_BYTES_MAX or not empty or not last.endswith("\n"):
        raise NoteError("this is no signed note: text, an empty line, lines with signatures")
    signatures = []
    for line in last.splitlines():
        found = _SIGNATURE.fullmatch(line)
        try:
            raw = b64decode(found[2], validate=True) if found else b""
        except Base64Error:
            raw = b""
        if found is None or len(raw) <= HASH_BYTES:
            raise NoteError("a line after the empty one is no signature")
        signatures.append((found[1], raw[:HASH_BYTES], raw[HASH_BYTES:]))
    return f"{text}\n", signatures
