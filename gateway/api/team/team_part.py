"""
What every part of a team's page has: the team that it is of.

Each noun of a team adds its fields to `Team` in a class of its own, in its own file: a subclass of TeamPart
that `Team` in teams.py inherits. A Team is made only for its members, and no field depends on which of them
the caller is (privacy rule 12).
"""

from typing import Final

import strawberry

from gateway.api.names import Colleague, colleagues_by_name
from gateway.context import Context, Info
from gateway.types.fields import field
from projections.views import organisation, profile

MEMBERS_ASSUMED: Final = 30
"""How many members the cost of a list is measured with; those that there are count while it is made."""


@strawberry.type
class TeamPart:
    id: strawberry.ID
    version: int = strawberry.field(
        description="The version of the team, to send as `expectedVersion` with a change."
    )
    name: str = strawberry.field(description="What it is called.")
    content: strawberry.Private[organisation.Team]


@strawberry.type
class MembersPart(TeamPart):
    @field(description="Everybody who is in the team, by name.", items_max=MEMBERS_ASSUMED)
    async def members(self, info: Info) -> list[Colleague]:
        return await colleagues_by_name(info.context, await members_of(info.context, self.content.team))


async def members_of(context: Context, team: str) -> list[str]:
    """
    Return the people who are in a team now, without those of whom something waits for repair.

    Raises UNAVAILABLE if the view is too old: somebody may have left.
    """
    await context.check_fresh(profile.VIEW)
    return await context.loaders.members.load(team)
