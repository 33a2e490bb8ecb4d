"""What the owner opens to others, and closes again."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date

import strawberry
from strawberry import UNSET, Info

from gateway.access import mutation
from gateway.command_bus import Fate
from gateway.context import Context
from gateway.mutations.changing import changed_item
from gateway.mutations.giving import CommandInput, give, result
from gateway.outcomes import CommandResult
from gateway.queries.sharing import Sharing, sharing_of


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
async def share_item(info: Info[Context, None], input: ShareItemInput) -> SharingPayload:
    return await _sharing(info, await give(info, input))


@mutation(description="Takes effect at once, on running subscriptions too.")
async def end_item_sharing(info: Info[Context, None], input: EndItemSharingInput) -> SharingPayload:
    return await _sharing(info, await give(info, input))


async def _sharing(info: Info[Context, None], fate: Fate) -> SharingPayload:
    found = await changed_item(info, fate, lambda read: read.sharings, lambda item: item.sharing)
    return SharingPayload(command=result(info, fate), sharing=sharing_of(found[1]) if found else None)
