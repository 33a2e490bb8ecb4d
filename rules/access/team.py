"""Access to teams: for their members, who all see the same, and for the commands of the HR system."""

from typing import Final

from rules.access.decision import HR_FEED, IN_TEAM, PROFESSIONAL, Area

AREA: Final = Area(
    root_fields={
        "team": PROFESSIONAL,
        "formTeam": HR_FEED,
        "renameTeam": HR_FEED,
        "moveTeam": HR_FEED,
        "closeTeam": HR_FEED,
        "reopenTeam": HR_FEED,
    },
    types={"Team": IN_TEAM},
)
