"""The id of an offer of a goal: the id of the owner, a name, and a tag that only services can make."""

from rules import signed_ids


def signed_offer_id(owner: str, name: str, *, key: bytes) -> str:
    """Return the id of a new offer of an owner's goal, 64 hexadecimal digits; `name` is an id of 32."""
    return owner + signed_ids.signed_local("goal offer", owner, name, key=key)


def is_signed(offer: str, *, key: bytes) -> bool:
    """Whether an id was made by `signed_offer_id` with this key."""
    return signed_ids.is_signed("goal offer", offer, key=key)


def owner_of(offer: str) -> str | None:
    """Return the owner of the goal that is on offer; None if this is not an offer's id."""
    return signed_ids.owner_of(offer)
