"""Access to the organisation, its rules and role grants, and to the commands that change them."""

from typing import Final

from rules.access.decision import ANYONE, OPEN, Area, Decision
from rules.access.roles import ACCOUNTS, Role

GRANT_READERS: Final = (Role.WORKS_COUNCIL, Role.AUDITOR, Role.ADMINISTRATOR)
_READERS_OF_THE_PROMISE: Final = tuple(role for role in Role if role is not Role.PUBLIC)

AREA: Final = Area(
    root_fields={
        "organisation": ACCOUNTS,
        "roleGrants": GRANT_READERS,
        "adoptPolicy": (Role.ADMINISTRATOR,),
        "recordWorksCouncilConsent": (Role.WORKS_COUNCIL,),
        "withdrawWorksCouncilConsent": (Role.WORKS_COUNCIL,),
        "recordDpia": (Role.PRIVACY_OFFICER,),
        "grantRole": (Role.ADMINISTRATOR,),
        "withdrawRole": (Role.ADMINISTRATOR,),
    },
    types={
        **dict.fromkeys(("RoleGrant", "RoleGrantPayload"), Decision(roles=GRANT_READERS, relations=ANYONE)),
        **dict.fromkeys(("Organisation", "Policy", "Floors", "PolicyRecord", "PolicyWithdrawal"), OPEN),
        "Promise": Decision(roles=_READERS_OF_THE_PROMISE, relations=ANYONE),
        "OrganisationPayload": OPEN,
    },
)
