"""Access decisions: which roles may read a type or field, in which relation to the person it is about."""

from collections.abc import Mapping
from enum import Enum
from typing import Final

import msgspec

from rules.access.roles import ACCOUNTS, Role


class Relation(Enum):
    """How the caller is related to the person that something is about."""

    OWNER = "OWNER"
    """The caller is that person."""
    NAMED = "NAMED"
    """The owner shared this item with the caller by name, and the sharing has not ended."""
    OTHER_PARTY = "OTHER_PARTY"
    """The caller is the other party of a conversation."""
    TEAM = "TEAM"
    """The caller is a member of the team that it is about; a lead is a member (privacy rule 12)."""
    INVITED = "INVITED"
    """The owner asked the caller for feedback, in a round that is open."""
    COLLEAGUE = "COLLEAGUE"
    """The caller is anyone else who works here."""
    NONE = "NONE"
    """It is about no person, or the person does not matter."""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The roles and the relations that may read something; the caller needs one of each."""

    roles: tuple[Role, ...]
    relations: tuple[Relation, ...]
    when: str = ""
    """What else has to be true, in words."""


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """
    The access decisions of one area of the domain.

    `root_fields` has the roles that may use each root field, in the order of `Role`. `types` has a decision
    for each type. It applies to all fields of the type, except those that `fields` has (as `Type.field`).
    """

    root_fields: Mapping[str, tuple[Role, ...]]
    types: Mapping[str, Decision]
    fields: Mapping[str, Decision] = {}


PROFESSIONAL: Final = (Role.PROFESSIONAL,)
HR_FEED: Final = (Role.HR_FEED,)
ANYONE: Final = tuple(Relation)
"""Every relation: for what is about no person."""
OWN: Final = Decision(roles=PROFESSIONAL, relations=(Relation.OWNER,))
"""Only for the professional that it is about (privacy rules 11 and 13)."""
IN_TEAM: Final = Decision(roles=PROFESSIONAL, relations=(Relation.TEAM,), when="while a member")
"""For the members of a team alone, each of whom gets the same (privacy rule 12)."""
OPEN: Final = Decision(roles=ACCOUNTS, relations=ANYONE)
"""For everyone with a token."""
