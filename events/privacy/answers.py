"""
Seals a rater's answers to the public key of a round, and opens them at its closing: HPKE, RFC 9180.

Base mode, DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, one message for each encapsulated key and no
additional data: `info` names what the answers are for.
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from rules.feedback.answers import ANSWERS_BYTES
from rules.feedback.questions import Perspective

PRIVATE_KEY_BYTES: Final = 32
PUBLIC_KEY_BYTES: Final = 65
"""An uncompressed point of P-256: 4, x and y."""
ENCAPSULATED_BYTES: Final = PUBLIC_KEY_BYTES
TAG_BYTES: Final = 16
SEALED_BYTES: Final = ENCAPSULATED_BYTES + ANSWERS_BYTES + TAG_BYTES
"""The one length of everything that is handed in, so that a length says nothing (privacy rule 5)."""

_SUITE: Final = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_CURVE: Final = ec.SECP256R1()


class AnswersSealError(Exception):
    """The bytes do not open with this key and `info`, or a key is no key of this curve."""


def info_of(round_: str, perspective: Perspective) -> bytes:
    """Return the `info` of answers: which round and perspective they are for. Sealer and opener use it."""
    return f"ipp.feedback.v1|{round_}|{perspective.value}".encode("ascii")


def new_private_key() -> bytes:
    """Return a random private key: the number, 32 bytes big endian."""
    return ec.generate_private_key(_CURVE).private_numbers().private_value.to_bytes(PRIVATE_KEY_BYTES)


def public_key_of(private_key: bytes) -> bytes:
    """Return the public half. Raises AnswersSealError."""
    return _private(private_key).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def filled_up(answers: bytes) -> bytes:
    """Return the JSON of answers with spaces up to the one length. Raises AnswersSealError for more."""
    if len(answers) > ANSWERS_BYTES:
        raise AnswersSealError(f"answers have {ANSWERS_BYTES} bytes at most, not {len(answers)}")
    return answers.ljust(ANSWERS_BYTES, b" ")


def seal_answers(public_key: bytes, info: bytes, answers: bytes) -> bytes:
    """Fill up and seal answers: SEALED_BYTES, the encapsulated key first. Raises AnswersSealError."""
    try:
        recipient = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, public_key)
    except ValueError:
        raise AnswersSealError("the public key is no point of P-256") from None
    return bytes(_SUITE.encrypt(filled_up(answers), recipient, info))


def open_answers(private_key: bytes, info: bytes, sealed: bytes) -> bytes:
    """Return answers as they were sealed, still filled up. Raises AnswersSealError."""
    if len(sealed) != SEALED_BYTES:
        raise AnswersSealError(f"sealed answers have {SEALED_BYTES} bytes, not {len(sealed)}")
    try:
        return bytes(_SUITE.decrypt(sealed, _private(private_key), info))
    except (InvalidTag, ValueError):
        # Without the cause: what a rater sends decides on its text.
        raise AnswersSealError("the answers do not open with this key and info") from None


def _private(private_key: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        return ec.derive_private_key(int.from_bytes(private_key), _CURVE)
    except ValueError:
        raise AnswersSealError("the private key is no number of P-256") from None
