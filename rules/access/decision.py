"""A decision on a type or field: which roles may get it, related in which way to the person it is about."""

from collections.abc import Mapping
from enum import Enum
from typing import Final

import msgspec

from rules.access.roles import ACCOUNTS, Role


class Relation(Enum):
    """How who asks is related to whom a thing is about."""

    OWNER = "OWNER"
    """The person themselves."""
    NAMED = "NAMED"
    """The owner opened this item to them by name, and that has not ended."""
    OTHER_PARTY = "OTHER_PARTY"
    """The other party of a conversation."""
    COLLEAGUE = "COLLEAGUE"
    """Anyone else who works here."""
    NONE = "NONE"
    """No person is concerned, or none that matters."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Roles that may get it, and relations in which; both have to fit."""

    roles: tuple[Role, ...]
    relations: tuple[Relation, ...]
    when: str = ""
    """What else has to be so, in words."""


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """
    What is decided in one area of the domain.

    `root_fields` has the roles that may ask each root field, in the order of `Role`. `types` has a decision
    for each type; a field follows the decision of its type unless `fields` (by `Type.field`) has its own.
    """

    root_fields: Mapping[str, tuple[Role, ...]]
    types: Mapping[str, Decision]
    fields: Mapping[str, Decision] = {}


PROFESSIONAL: Final = (Role.PROFESSIONAL,)
HR_FEED: Final = (Role.HR_FEED,)
ANYONE: Final = tuple(Relation)
"""For what is about no person: how who asks is related to one does not matter."""
OWN: Final = Decision(roles=PROFESSIONAL, relations=(Relation.OWNER,))
"""Of and about a professional: the owner's alone (privacy rules 11 and 13)."""
OPEN: Final = Decision(roles=ACCOUNTS, relations=ANYONE)
"""What everyone with a token may know."""
