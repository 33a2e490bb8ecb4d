"""Evidence and reflections, as their owner sees them."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import datetime

import strawberry
from strawberry import UNSET

from gateway.api.command_result import CommandResult, command_result
from gateway.api.portfolio.reads import changed_item
from gateway.api.portfolio.sharing import Shareable
from gateway.api.root_fields import mutation
from gateway.api.sending import CommandInput, send_command
from gateway.context import Info
from gateway.types.enums import EvidenceKind
from gateway.types.ids import ITEM, refers_to
from gateway.types.scalars import Url
from projections.views import profile
from rules import commands


@strawberry.type(description="What shows it: the `text` of a STORY, the `link` of a LINK or BADGE.")
class Evidence(Shareable):
    kind: EvidenceKind
    title: str
    text: str | None
    link: Url | None
    talent_ids: list[strawberry.ID] = refers_to(ITEM)
    added_at: datetime


@strawberry.type(description="A note about items, or about nothing in particular; private unless shared.")
class Reflection(Shareable):
    text: str
    about_ids: list[strawberry.ID] = refers_to(ITEM)
    written_at: datetime


def evidence_of(portfolio: profile.Portfolio, evidence: profile.Evidence) -> Evidence:
    return Evidence(
        id=strawberry.ID(evidence.evidence),
        portfolio=portfolio,
        kind=evidence.kind,
        title=evidence.title,
        text=evidence.text,
        link=Url(evidence.link) if evidence.link else None,
        talent_ids=[strawberry.ID(talent) for talent in evidence.talents],
        added_at=evidence.added_at,
    )


def reflection_of(portfolio: profile.Portfolio, reflection: profile.Reflection) -> Reflection:
    return Reflection(
        id=strawberry.ID(reflection.reflection),
        portfolio=portfolio,
        text=reflection.text,
        about_ids=[strawberry.ID(item) for item in reflection.about],
        written_at=reflection.written_at,
    )


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
async def add_evidence(info: Info, input: AddEvidenceInput) -> EvidencePayload:
    return await _evidence(info, await send_command(info, input))


@mutation()
async def withdraw_evidence(info: Info, input: WithdrawEvidenceInput) -> EvidencePayload:
    return await _evidence(info, await send_command(info, input))


@mutation()
async def write_reflection(info: Info, input: WriteReflectionInput) -> ReflectionPayload:
    return await _reflection(info, await send_command(info, input))


async def _evidence(info: Info, result: commands.CommandResult) -> EvidencePayload:
    found = await changed_item(info, result, lambda portfolio: portfolio.evidence, lambda item: item.evidence)
    evidence = evidence_of(*found) if found else None
    return EvidencePayload(command=command_result(info, result), evidence=evidence)


async def _reflection(info: Info, result: commands.CommandResult) -> ReflectionPayload:
    found = await changed_item(
        info, result, lambda portfolio: portfolio.reflections, lambda item: item.reflection
    )
    reflection = reflection_of(*found) if found else None
    return ReflectionPayload(command=command_result(info, result), reflection=reflection)
