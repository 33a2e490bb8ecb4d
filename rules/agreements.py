"""Which portfolio an agreement stands in: its id begins with the owner's, whom the other party knows."""

from typing import Final

from kit.ids import is_id

_ID_CHARS: Final = 32


def agreement_id(owner: str, local: str) -> str:
    """Return the id of an agreement in a portfolio, 64 hexadecimal digits."""
    return owner + local


def owner_of(agreement: str) -> str | None:
    """Return whose portfolio an agreement stands in, or None for what is no agreement's id."""
    owner, local = agreement[:_ID_CHARS], agreement[_ID_CHARS:]
    return owner if is_id(owner) and is_id(local) else None
