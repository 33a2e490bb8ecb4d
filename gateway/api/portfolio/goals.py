"""Goals as their owner sees them."""

from datetime import date
from enum import Enum

import strawberry
from strawberry import Info

from gateway.context import Context
from gateway.fields import field
from gateway.queries.people import Unit, team_by_name
from gateway.queries.sharing import Shareable
from projections.views import profile


@strawberry.enum(description="Where a goal, personal or joint, is.")
class GoalState(Enum):
    OPEN = "OPEN"
    REACHED = "REACHED"
    LET_GO = "LET_GO"


@strawberry.type(description="A personal goal.")
class Goal(Shareable):
    text: str
    horizon: date | None
    state: GoalState
    progress: int | None = strawberry.field(description="Own estimate; null when never noted.")
    insight_ids: list[strawberry.ID] = strawberry.field(description="What it came from.")
    offered_as: str | None = strawberry.field(description="The wording the team sees.")
    offered_team: strawberry.Private[str | None]

    @field(description="The team it is on offer to, or was adopted by.")
    async def offered_to(self, info: Info[Context, None]) -> Unit | None:
        return await team_by_name(info.context, self.offered_team)


def goal_of(portfolio: profile.Portfolio, read: profile.Goal) -> Goal:
    return Goal(
        id=strawberry.ID(read.goal),
        portfolio=portfolio,
        text=read.text,
        horizon=read.horizon,
        state=GoalState[read.state],
        progress=read.progress,
        insight_ids=[strawberry.ID(insight) for insight in read.insights],
        offered_as=read.offered_as,
        offered_team=read.offered_team,
    )
