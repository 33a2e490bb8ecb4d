"""
The rater's code: 80 random bits as 16 characters of Crockford's base32, shown as K7QF-9T2M-XW4P-3R8Z.

It is the only credential of a rater, in the link's fragment or typed from the mail or the letter. The vault
holds its SHA-256; without the code itself nothing shows which invitation it belongs to.
"""

import hashlib
import unicodedata
from typing import Final

CODE_BYTES: Final = 10
CODE_CHARS: Final = 16
_GROUP_CHARS: Final = 4
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32 (https://www.crockford.com/base32.html): without I, L, O and U."""
_BITS: Final = 5
_READ_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_TYPED_CHARS_MAX: Final = 64


def code_of(random: bytes) -> str:
    """Return the code of CODE_BYTES random bytes, without dashes."""
    number = int.from_bytes(random)
    return "".join(_ALPHABET[number >> _BITS * place & 31] for place in reversed(range(CODE_CHARS)))


def shown(code: str) -> str:
    """Return a code as it is printed, in groups of four."""
    return "-".join(code[start : start + _GROUP_CHARS] for start in range(0, CODE_CHARS, _GROUP_CHARS))


def read_code(typed: str) -> str | None:
    """Return the code that somebody typed, without dashes; None when it can't be one."""
    if len(typed) > _TYPED_CHARS_MAX:
        return None
    code = "".join(char for char in typed.upper() if not _is_between(char)).translate(_READ_AS)
    return code if len(code) == CODE_CHARS and all(char in _ALPHABET for char in code) else None


def hash_of(code: str) -> bytes:
    """Return what the vault knows of a code, 32 bytes."""
    return hashlib.sha256(code.encode()).digest()


def caller_of(code: str) -> str:
    """Return the name of the rater as a caller: it identifies the code and does not show it."""
    return hash_of(code).hex()


def _is_between(char: str) -> bool:
    """Whether people and programs put this between the groups: blanks, all kinds of dashes, and nothing."""
    return char.isspace() or unicodedata.category(char) in {"Pd", "Cf"}
