"""The roles a request may act in, who holds them, and which of them one person may not hold together."""

from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from enum import Enum
from typing import Final

from kit.errors import BadRequestError


class Role(Enum):
    """The role a request acts in: one at a time, and roles never add up."""

    PROFESSIONAL = "PROFESSIONAL"
    RATER = "RATER"
    WORKING_GROUP = "WORKING_GROUP"
    HR = "HR"
    BOARD = "BOARD"
    WORKS_COUNCIL = "WORKS_COUNCIL"
    PRIVACY_OFFICER = "PRIVACY_OFFICER"
    CONFIDENTIAL_ADVISER = "CONFIDENTIAL_ADVISER"
    AUDITOR = "AUDITOR"
    ADMINISTRATOR = "ADMINISTRATOR"
    HR_FEED = "HR_FEED"
    PUBLIC = "PUBLIC"


ROLE_HEADER: Final = "IPP-Role"
NEVER_GRANTED: Final = frozenset({Role.PROFESSIONAL, Role.RATER, Role.PUBLIC})
"""Come with employment, with an invitation, and with nothing at all."""
GRANTABLE: Final = frozenset(Role) - NEVER_GRANTED
NOT_IN_ONE_HAND: Final = (
    frozenset({Role.AUDITOR, Role.PRIVACY_OFFICER}),
    frozenset({Role.ADMINISTRATOR, Role.WORKS_COUNCIL}),
    frozenset({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER}),
    frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
)
"""
Pairs of roles that one person may not hold together.

Who records grounds for opening contents never opens them (privacy rule 22). Who grants roles and adopts the
rules is never one of those who consent to the rules, assess them or check what was done.
"""

DAYS_AFTER_LEAVING_DEFAULT: Final = 90
"""How long who left keeps the own portfolio to take along, until a policy says otherwise."""

ACCOUNTS: Final = tuple(role for role in Role if role not in {Role.RATER, Role.PUBLIC})
"""Roles of people and systems with a token of their own."""


def roles_held(*, granted: AbstractSet[Role], registered: bool) -> frozenset[Role]:
    """Return the roles a person may act in: those granted on the log, and PROFESSIONAL while registered."""
    held = frozenset(granted) & GRANTABLE
    return held | {Role.PROFESSIONAL} if registered else held


def keeps_portfolio(*, ended_on: date | None, days: int, today: date) -> bool:
    """Whether a professional, who left on `ended_on` or still works here, still reaches the own portfolio."""
    return ended_on is None or today <= ended_on + timedelta(days=days)


def conflicting(role: Role, *, held: AbstractSet[Role]) -> frozenset[Role]:
    """Return the roles held that may not be in one hand with `role`."""
    return frozenset(
        other for pair in NOT_IN_ONE_HAND if role in pair for other in pair - {role} if other in held
    )


def role_named(name: str | None) -> Role:
    """Return the role that a request names in its header; PROFESSIONAL when it names none.

    Raises BadRequestError. Whether the caller holds the role is not asked here.
    """
    if name is None:
        return Role.PROFESSIONAL
    role = Role.__members__.get(name.strip().upper(), Role.PUBLIC)
    if role is Role.PUBLIC:
        names = ", ".join(role.name for role in Role if role is not Role.PUBLIC)
        raise BadRequestError(f"the header {ROLE_HEADER} is one of: {names}")
    return role
