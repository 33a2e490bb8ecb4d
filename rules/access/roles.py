"""The roles of callers: who holds them, and which of them one person may not hold together."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from enum import Enum
from typing import Final

import msgspec

from kit.errors import BadRequestError


class Role(Enum):
    """The role that a request acts in. A request has one role; roles never add up."""

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
"""They come with employment, with an invitation, or without anything."""
GRANTABLE: Final = frozenset(Role) - NEVER_GRANTED
NOT_IN_ONE_HAND: Final = (
    frozenset({Role.AUDITOR, Role.PRIVACY_OFFICER}),
    frozenset({Role.ADMINISTRATOR, Role.WORKS_COUNCIL}),
    frozenset({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER}),
    frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
)
"""
Pairs of roles that one person may not hold together.

The person who records grounds for opening contents never opens them (privacy rule 22). The person who grants
roles and adopts the rules never consents to the rules, assesses them or audits.
"""

DAYS_AFTER_LEAVING_DEFAULT: Final = 90
"""How many days people keep their portfolio after leaving, while no policy says otherwise."""

ACCOUNTS: Final = tuple(role for role in Role if role not in {Role.RATER, Role.PUBLIC})
"""Roles of people and systems with a token of their own."""


class Employment(msgspec.Struct, frozen=True, kw_only=True):
    """
    The employment of somebody who was registered as a professional: when they last left, if ever.

    `left_on` is the first day after the employment, as HR reported it; None if the person never left.
    `left_recorded_on` is the day on which this was recorded. `returned_on` is the day on which a later
    registration was recorded; None if the person did not return.
    """

    left_on: date | None = None
    left_recorded_on: date | None = None
    returned_on: date | None = None

    @property
    def is_over(self) -> bool:
        return self.left_on is not None and self.returned_on is None


def grant_is_over(granted_on: date, employment: Employment | None) -> bool:
    """
    Whether a granted role ended because its holder left. It is not held again when that person returns.

    `employment` is None for people who were never registered: their roles last until they are withdrawn. A
    grant has a day and no time, so one on the day of a return counts as granted after it.
    """
    if employment is None or employment.left_on is None:
        return False
    return employment.returned_on is None or granted_on < employment.returned_on


def roles_held(
    *, grants: Iterable[tuple[Role, date]], employment: Employment | None, days: int, today: date
) -> frozenset[Role]:
    """
    Return the roles a person may act in.

    These are the roles granted on the log, each with its day, that did not end with an employment; and
    PROFESSIONAL while employed and `days` days longer.
    """
    held = frozenset(role for role, on in grants if not grant_is_over(on, employment)) & GRANTABLE
    if employment is not None and keeps_portfolio(employment, days=days, today=today):
        return held | {Role.PROFESSIONAL}
    return held


def keeps_portfolio(employment: Employment, *, days: int, today: date) -> bool:
    """
    Whether a professional, who works here or left, may still use the own portfolio.

    The days count from the day of leaving or the day on which it was recorded, whichever is later, so
    that nobody loses days because HR was late.
    """
    if not employment.is_over:
        return True
    known = [day for day in (employment.left_on, employment.left_recorded_on) if day is not None]
    return today <= max(known) + timedelta(days=days)


def conflicting(role: Role, *, held: AbstractSet[Role]) -> frozenset[Role]:
    """Return those of the roles `held` that one person may not hold together with `role`."""
    return frozenset(
        other for pair in NOT_IN_ONE_HAND if role in pair for other in pair - {role} if other in held
    )


def role_named(name: str | None) -> Role:
    """
    Return the role that a request names in its header; PROFESSIONAL if it names none.

    Raises BadRequestError. It is not checked here whether the caller holds the role.
    """
    if name is None:
        return Role.PROFESSIONAL
    role = Role.__members__.get(name.strip().upper(), Role.PUBLIC)
    if role is Role.PUBLIC:
        names = ", ".join(role.name for role in Role if role is not Role.PUBLIC)
        raise BadRequestError(f"the header {ROLE_HEADER} is one of: {names}")
    return role
