"""Talents, claimed and revised by their owner."""

# ruff: noqa: A002 - arguments are called as in GraphQL

import strawberry
from strawberry import UNSET, Info

from gateway.access import mutation
from gateway.command_bus import Fate
from gateway.context import Context
from gateway.mutations.changing import changed_item
from gateway.mutations.giving import CommandInput, give, result
from gateway.outcomes import CommandResult
from gateway.queries.talents import TalentClaim, talent_claim


@strawberry.input(description="A shared term, or own words.", one_of=True)
class TalentNameInput:
    term_id: strawberry.ID | None = UNSET
    own_words: str | None = UNSET


@strawberry.input
class ClaimTalentInput(CommandInput):
    name: TalentNameInput
    strength: int
    energy: int
    use: int
    story: str | None = UNSET


@strawberry.input
class ReviseTalentInput(CommandInput):
    talent_id: strawberry.ID
    strength: int
    energy: int
    use: int
    story: str | None = UNSET


@strawberry.input
class SetTalentAsideInput(CommandInput):
    talent_id: strawberry.ID


@strawberry.type
class TalentPayload:
    command: CommandResult
    talent: TalentClaim | None


@mutation()
async def claim_talent(info: Info[Context, None], input: ClaimTalentInput) -> TalentPayload:
    return await _talent(info, await give(info, input))


@mutation()
async def revise_talent(info: Info[Context, None], input: ReviseTalentInput) -> TalentPayload:
    return await _talent(info, await give(info, input))


@mutation()
async def set_talent_aside(info: Info[Context, None], input: SetTalentAsideInput) -> TalentPayload:
    return await _talent(info, await give(info, input))


async def _talent(info: Info[Context, None], fate: Fate) -> TalentPayload:
    found = await changed_item(info, fate, lambda read: read.talents, lambda item: item.talent)
    shown = talent_claim(*found) if found else None
    return TalentPayload(command=result(info, fate), talent=shown)
