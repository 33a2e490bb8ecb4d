"""Access to teams, and to the commands of the HR system about them."""

from typing import Final

from rules.access.decision import HR_FEED, OWN, Area

AREA: Final = Area(
    root_fields={
        "formTeam": HR_FEED,
        "renameTeam": HR_FEED,
        "moveTeam": HR_FEED,
        "closeTeam": HR_FEED,
        "reopenTeam": HR_FEED,
    },
    types={"Team": OWN},
)
