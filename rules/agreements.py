"""The id of an agreement: the id of the portfolio's owner, a name, and a tag that only services can make."""

from rules import signed_ids


def agreement_id(owner: str, local: str) -> str:
    """Return the id of an agreement in a portfolio, 64 hexadecimal digits."""
    return owner + local


def signed_agreement_id(owner: str, name: str, *, key: bytes) -> str:
    """Return the id of a new agreement in a portfolio; `name` is an id of 32 hexadecimal digits."""
    return agreement_id(owner, signed_ids.signed_local("agreement", owner, name, key=key))


def is_signed(agreement: str, *, key: bytes) -> bool:
    """Whether an id was made by `signed_agreement_id` with this key."""
    return signed_ids.is_signed("agreement", agreement, key=key)


def owner_of(agreement: str) -> str | None:
    """Return the owner of the portfolio that has this agreement; None if this is not an agreement's id."""
    return signed_ids.owner_of(agreement)
