"""
Access to releases of what the organisation is good at.

They are about no person (privacy rules 13 to 17): HR, board, works council and auditor see the same bytes.
"""

from typing import Final

from rules.access.decision import ANYONE, Area, Decision
from rules.access.roles import Role

_READERS: Final = (Role.HR, Role.BOARD, Role.WORKS_COUNCIL, Role.AUDITOR)
_SUBSCRIBERS: Final = (Role.HR, Role.BOARD, Role.WORKS_COUNCIL)

AREA: Final = Area(
    root_fields={
        "capabilities": _READERS,
        "capabilityReleases": _READERS,
        "capabilityReleased": _SUBSCRIBERS,
    },
    types=dict.fromkeys(
        ("CapabilityRelease", "CapabilityCell", "CapabilityTerm"),
        Decision(roles=_READERS, relations=ANYONE),
    ),
)
