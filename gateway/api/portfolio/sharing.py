"""Sharings of portfolio items: to whom each item is open, as its owner sees it."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date, datetime
from enum import Enum
from typing import ClassVar

import strawberry
from strawberry import UNSET

from gateway.api.command_result import CommandResult, command_result
from gateway.api.names import Colleague, Unit, colleagues_by_name, team_as_unit
from gateway.api.portfolio.reads import changed_item
from gateway.api.root_fields import mutation
from gateway.api.sending import CommandInput, send_command
from gateway.context import Info
from gateway.types.enums import ItemKind
from gateway.types.fields import field
from gateway.types.ids import ITEM, refers_to
from projections.views import profile
from rules import commands


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
    item_id: strawberry.ID = refers_to(ITEM)
    kind: ItemKind
    visibility: Visibility
    with_energy: bool = strawberry.field(description="Of a TALENT: whether energy and quadrant are open too.")
    until: date
    content: strawberry.Private[profile.Sharing]
    as_of: strawberry.Private[datetime | None]

    @field(description="With CHOSEN: to whom. Empty otherwise.")
    async def people(self, info: Info) -> list[Colleague]:
        return await colleagues_by_name(info.context, self.content.people)

    @field(description="With TEAM: to which.")
    async def team(self, info: Info) -> Unit | None:
        return await team_as_unit(info.context, self.content.team)


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

    @field()
    def sharings(self) -> list[Sharing]:
        of_this = [sharing for sharing in self.portfolio.sharings if sharing.item == self.id]
        return [sharing_of(self.portfolio, sharing) for sharing in of_this]


@strawberry.input(description="To whom.", one_of=True)
class AudienceInput:
    people: list[strawberry.ID] | None = UNSET
    team_id: strawberry.ID | None = UNSET
    organisation: bool | None = UNSET


@strawberry.input
class ShareItemInput(CommandInput):
    item_id: strawberry.ID
    with_: AudienceInput = strawberry.field(name="with")
    until: date
    with_energy: bool = False


@strawberry.input
class EndItemSharingInput(CommandInput):
    sharing_id: strawberry.ID


@strawberry.type
class SharingPayload:
    command: CommandResult
    sharing: Sharing | None


@mutation(description="Any item but a conversation, which is another's too.")
async def share_item(info: Info, input: ShareItemInput) -> SharingPayload:
    return await _sharing(info, await send_command(info, input))


@mutation(description="Takes effect at once, on running subscriptions too.")
async def end_item_sharing(info: Info, input: EndItemSharingInput) -> SharingPayload:
    return await _sharing(info, await send_command(info, input))


async def _sharing(info: Info, result: commands.CommandResult) -> SharingPayload:
    found = await changed_item(info, result, lambda portfolio: portfolio.sharings, lambda item: item.sharing)
    return SharingPayload(command=command_result(info, result), sharing=sharing_of(*found) if found else None)
