"""Access to the people who work here, and to the commands of the HR system about them."""

from typing import Final

from rules.access.decision import ANYONE, HR_FEED, PROFESSIONAL, Area, Decision
from rules.access.policy import GRANT_READERS
from rules.access.roles import ACCOUNTS, Role

AREA: Final = Area(
    root_fields={
        "colleagues": PROFESSIONAL,
        "registerProfessional": HR_FEED,
        "recordTeamJoined": HR_FEED,
        "recordTeamLeft": HR_FEED,
        "recordEmploymentEnded": HR_FEED,
    },
    types={
        # Colleagues see each other's names; some offices see who holds which role, or goes first in a team.
        "Colleague": Decision(
            roles=tuple(
                role for role in ACCOUNTS if role in {*PROFESSIONAL, *GRANT_READERS, Role.WORKING_GROUP}
            ),
            relations=ANYONE,
        ),
    },
)
