"""The id of an agreement: the id of the portfolio's owner, a name, and a tag that only services can make."""

import hmac
from typing import Final

from kit.ids import is_id

_ID_CHARS: Final = 32
_TAG_CHARS: Final = 16
"""64 bits of an HMAC-SHA256. Guessing is slow, because commands are limited per minute."""


def agreement_id(owner: str, local: str) -> str:
    """Return the id of an agreement in a portfolio, 64 hexadecimal digits."""
    return owner + local


def signed_agreement_id(owner: str, name: str, *, key: bytes) -> str:
    """Return the id of a new agreement in a portfolio; `name` is an id of 32 hexadecimal digits."""
    local = name[: _ID_CHARS - _TAG_CHARS]
    return agreement_id(owner, local + _tag(owner, local, key))


def is_signed(agreement: str, *, key: bytes) -> bool:
    """
    Whether an id was made by `signed_agreement_id` with this key.

    To be checked before the portfolio is read: the time that reading takes would show that there is one.
    """
    owner, local = agreement[:_ID_CHARS], agreement[_ID_CHARS:]
    name, tag = local[:-_TAG_CHARS], local[-_TAG_CHARS:]
    return owner_of(agreement) is not None and hmac.compare_digest(tag, _tag(owner, name, key))


def _tag(owner: str, name: str, key: bytes) -> str:
    return hmac.digest(key, f"agreement {owner} {name}".encode(), "sha256").hex()[:_TAG_CHARS]


def owner_of(agreement: str) -> str | None:
    """Return the owner of the portfolio that has this agreement; None if this is not an agreement's id."""
    owner, local = agreement[:_ID_CHARS], agreement[_ID_CHARS:]
    return owner if is_id(owner) and is_id(local) else None
