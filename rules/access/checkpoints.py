"""Access to the checkpoints of the log: auditors and works council, who keep them outside."""

from typing import Final

from rules.access.decision import Area, Decision, Relation
from rules.access.roles import Role

_KEEPERS: Final = (Role.WORKS_COUNCIL, Role.AUDITOR)

AREA: Final = Area(
    root_fields={"checkpoints": _KEEPERS},
    types={"Checkpoint": Decision(roles=_KEEPERS, relations=(Relation.NONE,))},
)
