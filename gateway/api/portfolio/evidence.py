"""Evidence and reflections."""

# ruff: noqa: A002 - arguments are called as in GraphQL

import strawberry
from strawberry import UNSET, Info

from gateway.access import mutation
from gateway.command_bus import Fate
from gateway.context import Context
from gateway.mutations.changing import changed_item
from gateway.mutations.giving import CommandInput, give, result
from gateway.outcomes import CommandResult
from gateway.queries.items import Evidence, Reflection, evidence_of, reflection_of
from gateway.scalars import Url


@strawberry.input(description="What the evidence consists of.", one_of=True)
class EvidenceSourceInput:
    link: Url | None = UNSET
    badge: Url | None = UNSET
    story: str | None = UNSET


@strawberry.input
class AddEvidenceInput(CommandInput):
    title: str
    source: EvidenceSourceInput
    talent_ids: list[strawberry.ID] = strawberry.field(default_factory=list)


@strawberry.input
class WithdrawEvidenceInput(CommandInput):
    evidence_id: strawberry.ID


@strawberry.input
class WriteReflectionInput(CommandInput):
    text: str
    about_ids: list[strawberry.ID] = strawberry.field(default_factory=list)


@strawberry.type
class EvidencePayload:
    command: CommandResult
    evidence: Evidence | None


@strawberry.type
class ReflectionPayload:
    command: CommandResult
    reflection: Reflection | None


@mutation()
async def add_evidence(info: Info[Context, None], input: AddEvidenceInput) -> EvidencePayload:
    return await _evidence(info, await give(info, input))


@mutation()
async def withdraw_evidence(info: Info[Context, None], input: WithdrawEvidenceInput) -> EvidencePayload:
    return await _evidence(info, await give(info, input))


@mutation()
async def write_reflection(info: Info[Context, None], input: WriteReflectionInput) -> ReflectionPayload:
    return await _reflection(info, await give(info, input))


async def _evidence(info: Info[Context, None], fate: Fate) -> EvidencePayload:
    found = await changed_item(info, fate, lambda read: read.evidence, lambda item: item.evidence)
    shown = evidence_of(*found) if found else None
    return EvidencePayload(command=result(info, fate), evidence=shown)


async def _reflection(info: Info[Context, None], fate: Fate) -> ReflectionPayload:
    found = await changed_item(info, fate, lambda read: read.reflections, lambda item: item.reflection)
    shown = reflection_of(*found) if found else None
    return ReflectionPayload(command=result(info, fate), reflection=shown)
