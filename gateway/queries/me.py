"""`me`: everything of and about the professional who asks."""

from enum import Enum

import strawberry
from strawberry import UNSET, Info

from gateway.access import query
from gateway.context import Context
from gateway.fields import field
from gateway.queries.talents import TalentClaim, talent_claim
from gateway.scalars import Position
from kit.ids import derived_id
from projections.views import directory, organisation, profile
from rules.quadrants import TalentQuadrant

_QUADRANT_ORDER = {quadrant: place for place, quadrant in enumerate(TalentQuadrant)}


@strawberry.enum(description="Whether a portfolio takes changes.")
class PortfolioState(Enum):
    OPEN = "OPEN"
    PAUSED = "PAUSED"
    CLOSED = "CLOSED"


@strawberry.type(
    description="A team, to its members. No field depends on who asks, and none counts who shares nothing."
)
class Team:
    id: strawberry.ID
    version: int
    name: str


@strawberry.type(
    description=(
        "The owner's living picture. Only its owner ever gets this type, or any type below it; others get "
        "`SharedItem`, `TalentMapRow`, `FoundItem`."
    )
)
class Portfolio:
    id: strawberry.ID
    version: int
    state: PortfolioState
    read: strawberry.Private[profile.Portfolio]

    @field(description="By quadrant, then by name. Set-aside talents are left out unless asked for.")
    def talents(self, with_set_aside: bool = False) -> list[TalentClaim]:  # noqa: FBT001, FBT002 - GraphQL names arguments
        shown = [t for t in self.read.talents if with_set_aside or t.set_aside_at is None]
        return [talent_claim(t) for t in sorted(shown, key=lambda t: _QUADRANT_ORDER[t.quadrant])]


def portfolio_of(read: profile.Portfolio) -> Portfolio:
    return Portfolio(
        id=strawberry.ID(derived_id("portfolio", read.person)),  # ids are unique over all types
        version=read.version,
        state=PortfolioState(read.state),
        read=read,
    )


@strawberry.type(description="A professional, to themselves.")
class Me:
    id: strawberry.ID
    display_name: str

    @field()
    async def teams(self, info: Info[Context, None]) -> list[Team]:
        teams = await info.context.gateway.reads.teams_of(self.id)
        return [Team(id=strawberry.ID(team.team), version=team.version, name=team.name) for team in teams]

    @field(
        description=(
            "Null until opened. Two moments beside each other are two aliases with `asOf`; what lies between "
            "them is `timeline`."
        )
    )
    async def portfolio(self, info: Info[Context, None]) -> Portfolio | None:
        read = await info.context.gateway.reads.portfolio_of(self.id)
        return portfolio_of(read) if read else None


@query(description="Everything of and about the professional who asks.")
async def me(info: Info[Context, None], wait_for: list[Position] | None = UNSET) -> Me | None:
    context = info.context
    await context.wait_for(wait_for, directory.VIEW, organisation.VIEW, profile.VIEW)
    known = await context.gateway.reads.person(context.person)
    if known is None:
        return None
    return Me(id=strawberry.ID(known.person), display_name=known.display_name)
