"""Access to the people who work here and what they open to all, and to the commands of the HR system."""

from typing import Final

from rules.access.decision import ANYONE, HR_FEED, PROFESSIONAL, Area, Decision, Relation
from rules.access.policy import GRANT_READERS
from rules.access.roles import ACCOUNTS, Role

_FINDING: Final = (*PROFESSIONAL, Role.HR, Role.BOARD)
_FOUND: Final = Decision(
    roles=_FINDING,
    relations=(Relation.OWNER, Relation.COLLEAGUE),
    when="what the person opened to the whole organisation, while that lasts",
)
"""The only thing of one person that HR and board get (privacy rule 13)."""

AREA: Final = Area(
    root_fields={
        "colleagues": PROFESSIONAL,
        "finder": _FINDING,
        "registerProfessional": HR_FEED,
        "recordTeamJoined": HR_FEED,
        "recordTeamLeft": HR_FEED,
        "recordEmploymentEnded": HR_FEED,
    },
    types={
        # Colleagues see each other's names; some offices see who holds which role.
        "Colleague": Decision(
            roles=tuple(role for role in ACCOUNTS if role in {*PROFESSIONAL, *GRANT_READERS}),
            relations=ANYONE,
        ),
        **dict.fromkeys(("FoundPerson", "FoundPersonConnection", "FoundPersonEdge", "FoundItem"), _FOUND),
    },
)
