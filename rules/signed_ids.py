"""
Ids that name a person's stream: the person's id, a random name, and a tag that only the services can make.

The services read nothing for an id that they did not make: the time that reading takes would show what that
person has.
"""

import hmac
from typing import Final, Literal

from kit.ids import is_id

ID_CHARS: Final = 32
_TAG_CHARS: Final = 16
"""64 bits of an HMAC-SHA256. Guessing is slow, because commands are limited per minute."""

SignedKind = Literal["agreement", "comment", "goal offer"]


def key_of_ids(organisation_key: bytes) -> bytes:
    """Return the key that signs ids, made from the organisation's key for fingerprints."""
    return hmac.digest(organisation_key, b"ids of agreements", "sha256")


def signed_local(kind: SignedKind, owner: str, name: str, *, key: bytes) -> str:
    """Return the second half of an id, 32 hexadecimal digits; `name` is a random id of as many."""
    local = name[: ID_CHARS - _TAG_CHARS]
    return local + _tag(kind, owner, local, key)


def is_signed(kind: SignedKind, whole: str, *, key: bytes) -> bool:
    """Whether the second half of an id was made by `signed_local` for its owner, with this key."""
    owner, local = whole[:ID_CHARS], whole[ID_CHARS:]
    name, tag = local[:-_TAG_CHARS], local[-_TAG_CHARS:]
    return owner_of(whole) is not None and hmac.compare_digest(tag, _tag(kind, owner, name, key))


def owner_of(whole: str) -> str | None:
    """Return the person whose stream an id names; None if this is no such id."""
    owner, local = whole[:ID_CHARS], whole[ID_CHARS:]
    return owner if is_id(owner) and is_id(local) else None


def _tag(kind: SignedKind, owner: str, name: str, key: bytes) -> str:
    return hmac.digest(key, f"{kind} {owner} {name}".encode(), "sha256").hex()[:_TAG_CHARS]
