"""Who may ask what: decided once, for services and gateway alike. What has no decision is denied."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from enum import Enum
from typing import Final


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


class UndecidedFieldError(Exception):
    """Nobody decided who may ask this root field, so nobody may."""


NEVER_GRANTED: Final = frozenset({Role.PROFESSIONAL, Role.RATER, Role.PUBLIC})
"""Come with employment, with an invitation, and with nothing at all."""
GRANTABLE: Final = frozenset(Role) - NEVER_GRANTED
NOT_IN_ONE_HAND: Final = (frozenset({Role.AUDITOR, Role.PRIVACY_OFFICER}),)
"""Who records grounds for opening contents is never who opens them (privacy rule 22)."""

DAYS_AFTER_LEAVING_DEFAULT: Final = 90
"""How long who left keeps the own portfolio to take along, until a policy says otherwise."""

_OWNER: Final = (Role.PROFESSIONAL,)
_FEED: Final = (Role.HR_FEED,)
_WORKING_GROUP: Final = (Role.WORKING_GROUP,)
ACCOUNTS: Final = tuple(role for role in Role if role not in {Role.RATER, Role.PUBLIC})
"""Roles of people and systems with a token of their own."""

ROOT_FIELDS: Final[Mapping[str, tuple[Role, ...]]] = {
    "viewer": ACCOUNTS,
    # Whoever may give a command may ask how it ended; HR and board give none.
    "command": tuple(role for role in Role if role not in {Role.HR, Role.BOARD, Role.PUBLIC}),
    "me": _OWNER,
    "colleagues": _OWNER,
    "organisation": ACCOUNTS,
    "talentCatalogue": (
        Role.PROFESSIONAL,
        Role.WORKING_GROUP,
        Role.HR,
        Role.BOARD,
        Role.WORKS_COUNCIL,
        Role.AUDITOR,
    ),
    "roleGrants": (Role.WORKS_COUNCIL, Role.AUDITOR, Role.ADMINISTRATOR),
    "openPortfolio": _OWNER,
    "writeProfileStatement": _OWNER,
    "claimTalent": _OWNER,
    "reviseTalent": _OWNER,
    "setTalentAside": _OWNER,
    "noteEnergySource": _OWNER,
    "removeEnergySource": _OWNER,
    "namePassion": _OWNER,
    "letGoOfPassion": _OWNER,
    "addEvidence": _OWNER,
    "withdrawEvidence": _OWNER,
    "writeReflection": _OWNER,
    "setGoal": _OWNER,
    "sharpenGoal": _OWNER,
    "noteGoalProgress": _OWNER,
    "reachGoal": _OWNER,
    "letGoOfGoal": _OWNER,
    "offerGoalToTeam": _OWNER,
    "takeBackGoalOffer": _OWNER,
    "planConversation": _OWNER,
    "recordConversation": _OWNER,
    "confirmAgreement": _OWNER,
    "shareItem": _OWNER,
    "endItemSharing": _OWNER,
    "giveInsightConsent": _OWNER,
    "withdrawInsightConsent": _OWNER,
    "recordCorrection": _OWNER,
    "pausePortfolio": _OWNER,
    "resumePortfolio": _OWNER,
    "closePortfolio": _OWNER,
    "proposeTerm": (Role.PROFESSIONAL, Role.WORKING_GROUP),
    "adoptTerm": _WORKING_GROUP,
    "rewordTerm": _WORKING_GROUP,
    "mergeTerms": _WORKING_GROUP,
    "retireTerm": _WORKING_GROUP,
    "alignTerm": _WORKING_GROUP,
    "adoptPolicy": (Role.ADMINISTRATOR,),
    "recordWorksCouncilConsent": (Role.WORKS_COUNCIL,),
    "recordDpia": (Role.PRIVACY_OFFICER,),
    "grantRole": (Role.ADMINISTRATOR,),
    "withdrawRole": (Role.ADMINISTRATOR,),
    "registerProfessional": _FEED,
    "recordTeamJoined": _FEED,
    "recordTeamLeft": _FEED,
    "recordEmploymentEnded": _FEED,
    "formUnit": _FEED,
    "renameUnit": _FEED,
    "moveUnit": _FEED,
    "closeUnit": _FEED,
    "formTeam": _FEED,
    "renameTeam": _FEED,
    "closeTeam": _FEED,
    "portfolioChanged": _OWNER,
}
"""Which roles may ask a root field at all, in the order of `Role`."""


SEE_ALL_TERMS: Final = (Role.WORKING_GROUP, Role.WORKS_COUNCIL)
"""Who sees words that are proposed, merged or retired: anyone may have written them, about anyone."""


def roles_for(field: str) -> tuple[Role, ...]:
    """Return the roles that may ask a root field. Raises UndecidedFieldError."""
    try:
        return ROOT_FIELDS[field]
    except KeyError:
        raise UndecidedFieldError(f"rules/access.py has no decision on {field}") from None


def roles_held(*, granted: AbstractSet[Role], registered: bool) -> frozenset[Role]:
    """Return the roles a person may act in: those granted on the log, and PROFESSIONAL while registered."""
    held = frozenset(granted) & GRANTABLE
    return held | {Role.PROFESSIONAL} if registered else held


def keeps_portfolio(*, ended_on: date | None, days: int, today: date) -> bool:
    """Whether a professional, who left on `ended_on` or still works here, still reaches the own portfolio."""
    return ended_on is None or today <= ended_on + timedelta(days=days)


def may_ask(field: str, role: Role, *, held: AbstractSet[Role]) -> bool:
    """Whether a request in `role`, by someone who holds `held`, may ask a root field."""
    allowed = ROOT_FIELDS.get(field, ())
    return Role.PUBLIC in allowed or (role in allowed and role in held)


def conflicting(role: Role, *, held: AbstractSet[Role]) -> frozenset[Role]:
    """Return the roles held that may not be in one hand with `role`."""
    return frozenset(
        other for pair in NOT_IN_ONE_HAND if role in pair for other in pair - {role} if other in held
    )
