"""
Access to the rollout: everybody who works here sees who goes first, where teams are, and what people write.

The working group and the works council see the same: the state of each team and since when, and no counts.
"""

from typing import Final

from rules.access.decision import ANYONE, PROFESSIONAL, Area, Decision, Relation
from rules.access.roles import Role

READERS: Final = (Role.PROFESSIONAL, Role.WORKING_GROUP, Role.WORKS_COUNCIL)
_WORKING_GROUP: Final = (Role.WORKING_GROUP,)
_READ: Final = Decision(roles=READERS, relations=ANYONE)
_OWN_TEAM: Final = Decision(roles=PROFESSIONAL, relations=(Relation.OWNER,), when="for a team of one's own")

AREA: Final = Area(
    root_fields={
        "rollout": READERS,
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
        "RolloutTeamPayload": _OWN_TEAM,
        "ExperiencePayload": Decision(roles=PROFESSIONAL, relations=(Relation.OWNER,)),
        "MaterialPayload": Decision(roles=_WORKING_GROUP, relations=(Relation.NONE,)),
    },
)
