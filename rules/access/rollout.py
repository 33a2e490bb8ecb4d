"""
Access to the rollout: everybody who works here sees who goes first, where teams are, and what people write.

The working group and the works council see the same: the state of each team and since when, and no counts.
"""

from typing import Final

from rules.access.decision import ANYONE, IN_TEAM, PROFESSIONAL, Area, Decision, Relation
from rules.access.roles import Role

_READERS: Final = (Role.PROFESSIONAL, Role.WORKING_GROUP, Role.WORKS_COUNCIL)
_WORKING_GROUP: Final = (Role.WORKING_GROUP,)
_READ: Final = Decision(roles=_READERS, relations=ANYONE)

AREA: Final = Area(
    root_fields={
        "rollout": _READERS,
        "stepForwardAsFrontRunner": PROFESSIONAL,
        "inviteTeam": PROFESSIONAL,
        "startTeam": PROFESSIONAL,
        "pauseTeam": PROFESSIONAL,
        "shareExperience": PROFESSIONAL,
        "publishMaterial": _WORKING_GROUP,
    },
    types={
        **dict.fromkeys(
            (
                "Rollout",
                "RolloutTeam",
                "RolloutTeamConnection",
                "RolloutTeamEdge",
                "Experience",
                "Material",
            ),
            _READ,
        ),
        "RolloutTeamPayload": IN_TEAM,
        "ExperiencePayload": Decision(roles=PROFESSIONAL, relations=(Relation.OWNER,)),
        "MaterialPayload": Decision(roles=_WORKING_GROUP, relations=(Relation.NONE,)),
    },
)
