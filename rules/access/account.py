"""Access to the caller's own account, and to the results of their commands."""

from typing import Final

from rules.access.decision import ANYONE, OWN, PROFESSIONAL, Area, Decision, Relation
from rules.access.roles import ACCOUNTS, Role

# Roles that send commands may ask for their results; HR and board send none.
_SENDERS: Final = tuple(role for role in Role if role not in {Role.HR, Role.BOARD, Role.PUBLIC})
_COMMANDS: Final = Decision(roles=_SENDERS, relations=(Relation.OWNER,), when="of one's own command")

AREA: Final = Area(
    root_fields={"viewer": ACCOUNTS, "command": _SENDERS, "me": PROFESSIONAL},
    types={
        "Viewer": Decision(roles=ACCOUNTS, relations=(Relation.OWNER,)),
        "Me": OWN,
        **dict.fromkeys(("CommandResult", "Refusal", "CommandPayload"), _COMMANDS),
        # Types that hold nothing by themselves.
        **dict.fromkeys(
            ("LocalText", "PageInfo", "CountBand", "Download"), Decision(roles=tuple(Role), relations=ANYONE)
        ),
    },
)
