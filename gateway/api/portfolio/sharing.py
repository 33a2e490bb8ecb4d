"""Sharings of portfolio items: to whom each item is open, as its owner sees it."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date, datetime
from enum import Enum
from typing import ClassVar, Final

import strawberry
from strawberry import UNSET

from gateway.api.command_result import command_result
from gateway.api.names import Colleague, Unit, colleagues_by_name, team_as_unit
from gateway.api.portfolio.payloads import OwnersPayload
from gateway.api.portfolio.reads import changed_item
from gateway.api.root_fields import mutation
from gateway.api.sending import CHANGED, CommandInput, send_command
from gateway.context import Info
from gateway.types.enums import ItemKind
from gateway.types.fields import field
from gateway.types.ids import ITEM, refers_to
from projections.views import profile
from rules import commands


@strawberry.enum(description="How widely an item is open.")
class Visibility(Enum):
    PRIVATE = strawberry.enum_value("PRIVATE", description="To nobody but the owner.")
    CHOSEN = strawberry.enum_value("CHOSEN", description="To people that the owner named.")
    TEAM = strawberry.enum_value("TEAM", description="To a team of the owner.")
    ORGANISATION = strawberry.enum_value("ORGANISATION", description="To everybody who works here.")


_VISIBILITY = {
    "people": Visibility.CHOSEN,
    "team": Visibility.TEAM,
    "organisation": Visibility.ORGANISATION,
}


UNTIL: Final = "The last day that it is open."
WITH_ENERGY: Final = "Of a TALENT: whether energy and quadrant are open too."


@strawberry.type(description="One opening of one item to others. It ends by itself.")
class Sharing:
    id: strawberry.ID
    item_id: strawberry.ID = refers_to(ITEM, description="The item that is open.")
    kind: ItemKind = strawberry.field(description="What it is.")
    visibility: Visibility = strawberry.field(description="How widely it is open.")
    with_energy: bool = strawberry.field(description=WITH_ENERGY)
    until: date = strawberry.field(description=UNTIL)
    content: strawberry.Private[profile.Sharing]
    as_of: strawberry.Private[datetime | None]

    @field(description="With CHOSEN: the people it is open to. Empty otherwise.")
    async def people(self, info: Info) -> list[Colleague]:
        return await colleagues_by_name(info.context, self.content.people)

    @field(description="With TEAM: the team it is open to. Null otherwise.")
    def team(self, info: Info) -> Unit | None:
        return team_as_unit(info.context, self.content.team)


def sharing_of(portfolio: profile.Portfolio, sharing: profile.Sharing) -> Sharing:
    return Sharing(
        id=strawberry.ID(sharing.sharing),
        item_id=strawberry.ID(sharing.item),
        kind=sharing.kind,
        visibility=_VISIBILITY[sharing.audience],
        with_energy=sharing.with_energy,
        until=sharing.until,
        content=sharing,
        as_of=portfolio.as_of,
    )


@strawberry.type
class Shareable:
    """An item that its owner can share."""

    id_names: ClassVar[str] = ITEM
    id: strawberry.ID
    portfolio: strawberry.Private[profile.Portfolio]

    @property
    def as_of(self) -> datetime | None:
        """The moment of the past that is shown; None for now."""
        return self.portfolio.as_of

    @field(description="To whom it is open now.")
    def sharings(self) -> list[Sharing]:
        of_this = [sharing for sharing in self.portfolio.sharings if sharing.item == self.id]
        return [sharing_of(self.portfolio, sharing) for sharing in of_this]


@strawberry.input(description="Who is to see it: exactly one of these.", one_of=True)
class AudienceInput:
    people: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="These colleagues, from `colleagues`."
    )
    team_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="The people in one of the owner's teams."
    )
    organisation: bool | None = strawberry.field(default=UNSET, description="True: everybody who works here.")


@strawberry.input
class ShareItemInput(CommandInput):
    item_id: strawberry.ID = strawberry.field(
        description="An item of the owner's, but no conversation: that is the other party's too."
    )
    with_: AudienceInput = strawberry.field(name="with", description="Who is to see it.")
    until: date = strawberry.field(description=UNTIL)
    with_energy: bool = strawberry.field(default=False, description=WITH_ENERGY)


@strawberry.input
class EndItemSharingInput(CommandInput):
    sharing_id: strawberry.ID = strawberry.field(description="The sharing, from `sharings`.")


@strawberry.type
class SharingPayload(OwnersPayload):
    sharing: Sharing | None = strawberry.field(description=CHANGED)


@mutation(description="Open an item to others until a day.")
async def share_item(info: Info, input: ShareItemInput) -> SharingPayload:
    return await _sharing(info, await send_command(info, input))


@mutation(description="End a sharing. Takes effect at once, on running subscriptions too.")
async def end_item_sharing(info: Info, input: EndItemSharingInput) -> SharingPayload:
    return await _sharing(info, await send_command(info, input))


async def _sharing(info: Info, result: commands.CommandResult) -> SharingPayload:
    portfolio, sharing = await changed_item(
        info,
        result,
        lambda portfolio: portfolio.sharings,
        lambda item: item.sharing,
        sharing_of,
        kind=Sharing,
        parts=frozenset({"sharings"}),
    )
    return SharingPayload(command=command_result(info, result), content=portfolio, sharing=sharing)
