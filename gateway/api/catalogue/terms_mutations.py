"""The shared words: proposed by anyone, kept by the working group."""

# ruff: noqa: A002 - arguments are called as in GraphQL

import strawberry
from strawberry import UNSET, Info

from gateway.access import mutation
from gateway.command_bus import Fate
from gateway.context import Context
from gateway.mutations.giving import CommandInput, give, result, shown
from gateway.outcomes import CommandResult
from gateway.queries.catalogue import TalentTerm, term_by_id
from gateway.scalars import Url
from gateway.texts import LocalTextInput
from projections.views import catalogue


@strawberry.input
class ProposeTermInput(CommandInput):
    label: LocalTextInput
    cluster_id: strawberry.ID


@strawberry.input
class AdoptTermInput(CommandInput):
    term_id: strawberry.ID


@strawberry.input
class RewordTermInput(CommandInput):
    term_id: strawberry.ID
    label: LocalTextInput


@strawberry.input
class MergeTermsInput(CommandInput):
    term_ids: list[strawberry.ID]
    into_id: strawberry.ID


@strawberry.input
class RetireTermInput(CommandInput):
    term_id: strawberry.ID


@strawberry.input
class AlignTermInput(CommandInput):
    term_id: strawberry.ID
    esco: Url | None = UNSET


@strawberry.type
class TermPayload:
    command: CommandResult
    term: TalentTerm | None


@mutation()
async def propose_term(info: Info[Context, None], input: ProposeTermInput) -> TermPayload:
    return await _term(info, await give(info, input))


@mutation()
async def adopt_term(info: Info[Context, None], input: AdoptTermInput) -> TermPayload:
    return await _term(info, await give(info, input))


@mutation()
async def reword_term(info: Info[Context, None], input: RewordTermInput) -> TermPayload:
    return await _term(info, await give(info, input))


@mutation(description="Claims of the merged terms read as the kept one.")
async def merge_terms(info: Info[Context, None], input: MergeTermsInput) -> TermPayload:
    return await _term(info, await give(info, input))


@mutation()
async def retire_term(info: Info[Context, None], input: RetireTermInput) -> TermPayload:
    return await _term(info, await give(info, input))


@mutation()
async def align_term(info: Info[Context, None], input: AlignTermInput) -> TermPayload:
    return await _term(info, await give(info, input))


async def _term(info: Info[Context, None], fate: Fate) -> TermPayload:
    seen = await shown(info, fate, catalogue.VIEW)
    term = await term_by_id(info.context, fate.thing) if seen else None
    return TermPayload(command=result(info, fate), term=term)
