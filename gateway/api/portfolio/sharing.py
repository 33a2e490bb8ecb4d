"""What is open to whom, as its owner sees it."""

from datetime import date
from enum import Enum

import strawberry
from strawberry import Info

from gateway.context import Context
from gateway.fields import field
from gateway.queries.people import Colleague, Unit, colleagues_by_name, team_by_name
from projections.views import profile


@strawberry.enum(description="What a portfolio is made of.")
class ItemKind(Enum):
    STATEMENT = "STATEMENT"
    TALENT = "TALENT"
    ENERGY_SOURCE = "ENERGY_SOURCE"
    PASSION = "PASSION"
    EVIDENCE = "EVIDENCE"
    REFLECTION = "REFLECTION"
    GOAL = "GOAL"
    CONVERSATION = "CONVERSATION"
    INSIGHT = "INSIGHT"


@strawberry.enum(description="How widely an item is open.")
class Visibility(Enum):
    PRIVATE = "PRIVATE"
    CHOSEN = "CHOSEN"
    TEAM = "TEAM"
    ORGANISATION = "ORGANISATION"


_VISIBILITY = {
    "people": Visibility.CHOSEN,
    "team": Visibility.TEAM,
    "organisation": Visibility.ORGANISATION,
}


@strawberry.type(description="One opening of one item. Ends by itself.")
class Sharing:
    id: strawberry.ID
    item_id: strawberry.ID
    kind: ItemKind
    visibility: Visibility
    with_energy: bool = strawberry.field(description="Of a TALENT: whether energy and quadrant are open too.")
    until: date
    read: strawberry.Private[profile.Sharing]

    @field(description="With CHOSEN: to whom. Empty otherwise.")
    async def people(self, info: Info[Context, None]) -> list[Colleague]:
        return await colleagues_by_name(info.context, self.read.people)

    @field(description="With TEAM: to which.")
    async def team(self, info: Info[Context, None]) -> Unit | None:
        return await team_by_name(info.context, self.read.team)


def sharing_of(read: profile.Sharing) -> Sharing:
    return Sharing(
        id=strawberry.ID(read.sharing),
        item_id=strawberry.ID(read.item),
        kind=ItemKind[read.kind.upper()],
        visibility=_VISIBILITY[read.audience],
        with_energy=read.with_energy,
        until=read.until,
        read=read,
    )


@strawberry.type
class Shareable:
    """What its owner can open to others, item by item."""

    id: strawberry.ID
    portfolio: strawberry.Private[profile.Portfolio]

    @field()
    def sharings(self) -> list[Sharing]:
        return [sharing_of(read) for read in self.portfolio.sharings if read.item == self.id]
