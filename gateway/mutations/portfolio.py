"""Changes of a portfolio, by its owner only."""

# ruff: noqa: A002 - arguments are called as in GraphQL

import strawberry
from strawberry import UNSET, Info

from gateway.access import mutation
from gateway.command_bus import Fate
from gateway.context import Context
from gateway.mutations.giving import CommandInput, give, result, shown
from gateway.outcomes import CommandResult
from gateway.queries.portfolio import Portfolio, portfolio_of
from gateway.queries.talents import TalentClaim, talent_claim
from gateway.texts import Language
from projections.views import profile


@strawberry.input(description="A shared term, or own words.", one_of=True)
class TalentNameInput:
    term_id: strawberry.ID | None = UNSET
    own_words: str | None = UNSET


@strawberry.input
class OpenPortfolioInput(CommandInput):
    language: Language


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
class PortfolioPayload:
    command: CommandResult
    portfolio: Portfolio | None


@strawberry.type
class TalentPayload:
    command: CommandResult
    talent: TalentClaim | None


@mutation()
async def open_portfolio(info: Info[Context, None], input: OpenPortfolioInput) -> PortfolioPayload:
    fate = await give(info, input)
    read = await _portfolio(info, fate)
    return PortfolioPayload(command=result(info, fate), portfolio=portfolio_of(read) if read else None)


@mutation()
async def claim_talent(info: Info[Context, None], input: ClaimTalentInput) -> TalentPayload:
    return await _talent(info, await give(info, input))


@mutation()
async def revise_talent(info: Info[Context, None], input: ReviseTalentInput) -> TalentPayload:
    return await _talent(info, await give(info, input))


@mutation()
async def set_talent_aside(info: Info[Context, None], input: SetTalentAsideInput) -> TalentPayload:
    return await _talent(info, await give(info, input))


async def _portfolio(info: Info[Context, None], fate: Fate) -> profile.Portfolio | None:
    if not await shown(info, fate, profile.VIEW):
        return None
    return await info.context.gateway.reads.portfolio_of(info.context.person)


async def _talent(info: Info[Context, None], fate: Fate) -> TalentPayload:
    read = await _portfolio(info, fate)
    changed = [talent_claim(read, it) for it in read.talents if it.talent == fate.thing] if read else []
    return TalentPayload(command=result(info, fate), talent=changed[0] if changed else None)
