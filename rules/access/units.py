"""Access to the tree of units, and to the commands of the HR system about it."""

from typing import Final

from rules.access.decision import HR_FEED, OPEN, Area

AREA: Final = Area(
    root_fields={
        "formUnit": HR_FEED,
        "renameUnit": HR_FEED,
        "moveUnit": HR_FEED,
        "closeUnit": HR_FEED,
        "reopenUnit": HR_FEED,
    },
    types=dict.fromkeys(("Unit", "UnitChange"), OPEN),
)
