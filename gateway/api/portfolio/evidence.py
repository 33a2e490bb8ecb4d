"""Evidence and reflections, as their owner sees them."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import datetime

import strawberry
from strawberry import UNSET

from gateway.api.command_result import command_result
from gateway.api.portfolio.payloads import OwnersPayload
from gateway.api.portfolio.reads import changed_item
from gateway.api.portfolio.sharing import Shareable
from gateway.api.root_fields import mutation
from gateway.api.sending import CHANGED, CommandInput, send_command
from gateway.context import Info
from gateway.types.enums import EvidenceKind
from gateway.types.ids import ITEM, refers_to
from gateway.types.scalars import Url
from projections.views import profile
from rules import commands


@strawberry.type(description="What shows a talent: the `text` of a STORY, the `link` of a LINK or BADGE.")
class Evidence(Shareable):
    kind: EvidenceKind = strawberry.field(description="What it consists of.")
    title: str = strawberry.field(description="What it is called.")
    text: str | None = strawberry.field(description="Of a STORY.")
    link: Url | None = strawberry.field(description="Of a LINK or BADGE.")
    talent_ids: list[strawberry.ID] = refers_to(ITEM, description="The talents that it shows.")
    added_at: datetime = strawberry.field(description="When it was added.")


@strawberry.type(description="A note about items, or about nothing in particular; private unless shared.")
class Reflection(Shareable):
    text: str = strawberry.field(description="The note itself.")
    about_ids: list[strawberry.ID] = refers_to(ITEM, description="The items that it is about.")
    written_at: datetime = strawberry.field(description="When it was written.")


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


@strawberry.input(description="What the evidence consists of: exactly one of these.", one_of=True)
class EvidenceSourceInput:
    link: Url | None = strawberry.field(default=UNSET, description="The address of a page that shows it.")
    badge: Url | None = strawberry.field(default=UNSET, description="The address of a digital badge.")
    story: str | None = strawberry.field(default=UNSET, description="What happened, in words.")


@strawberry.input
class AddEvidenceInput(CommandInput):
    title: str = strawberry.field(description="What it is called.")
    source: EvidenceSourceInput = strawberry.field(description="What it consists of.")
    talent_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="The talents that it shows."
    )


@strawberry.input
class WithdrawEvidenceInput(CommandInput):
    evidence_id: strawberry.ID = strawberry.field(description="The evidence to withdraw.")


@strawberry.input
class WriteReflectionInput(CommandInput):
    text: str = strawberry.field(description="The note itself.")
    about_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="The items that it is about; none when left out."
    )


@strawberry.type
class EvidencePayload(OwnersPayload):
    evidence: Evidence | None = strawberry.field(description=CHANGED)


@strawberry.type
class ReflectionPayload(OwnersPayload):
    reflection: Reflection | None = strawberry.field(description=CHANGED)


@mutation(description="Add something that shows a talent.")
async def add_evidence(info: Info, input: AddEvidenceInput) -> EvidencePayload:
    return await _evidence(info, await send_command(info, input))


@mutation(description="Withdraw a piece of evidence. What was shared of it ends.")
async def withdraw_evidence(info: Info, input: WithdrawEvidenceInput) -> EvidencePayload:
    return await _evidence(info, await send_command(info, input))


@mutation(description="Write a note. It is private unless it is shared.")
async def write_reflection(info: Info, input: WriteReflectionInput) -> ReflectionPayload:
    return await _reflection(info, await send_command(info, input))


async def _evidence(info: Info, result: commands.CommandResult) -> EvidencePayload:
    portfolio, evidence = await changed_item(
        info,
        result,
        lambda portfolio: portfolio.evidence,
        lambda item: item.evidence,
        evidence_of,
        kind=Evidence,
        parts=frozenset({"evidence"}),
    )
    return EvidencePayload(command=command_result(info, result), content=portfolio, evidence=evidence)


async def _reflection(info: Info, result: commands.CommandResult) -> ReflectionPayload:
    portfolio, reflection = await changed_item(
        info,
        result,
        lambda portfolio: portfolio.reflections,
        lambda item: item.reflection,
        reflection_of,
        kind=Reflection,
        parts=frozenset({"reflections"}),
    )
    return ReflectionPayload(command=command_result(info, result), content=portfolio, reflection=reflection)
