"""A team with members, for given/when/then of what they do there."""

from typing import Final

from msgspec.structs import replace

from events.catalog.team import TeamFormed
from rules.team.things import thing_id
from services.decisions.command import DecisionContext, Membership
from tests.spec import COLLEAGUE, CONTEXT, NEW, SENDER

TEAM: Final = "0" * 31 + "7"
TEAM_FORMED: Final = TeamFormed(name="Team Kade", unit="north", key="t")
SEEN: Final = 3
"""The version of the employment stream of both members."""
THING: Final = thing_id(TEAM, NEW)


def member(person: str = SENDER, *, seen: int = SEEN, left: int = 0) -> DecisionContext:
    """Return the context of a command that a member of the team sends, who last left it at version `left`."""
    return replace(CONTEXT, sender=person, members={person: Membership(seen=seen, left=left)})


ME: Final = member()
OTHER: Final = member(COLLEAGUE)
NO_MEMBER: Final = CONTEXT
