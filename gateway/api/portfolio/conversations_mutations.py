"""Conversations of the owner, and what the other party confirms."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date

import strawberry
from strawberry import Info

from gateway.access import mutation
from gateway.command_bus import Fate
from gateway.context import Context
from gateway.mutations.changing import changed_item
from gateway.mutations.giving import CommandInput, give, result, shown
from gateway.outcomes import CommandResult
from gateway.queries.conversations import Agreement, Conversation, agreement_of, conversation_of
from projections.views import profile


@strawberry.input
class PlanConversationInput(CommandInput):
    with_id: strawberry.ID
    planned_for: date


@strawberry.input
class RecordConversationInput(CommandInput):
    conversation_id: strawberry.ID
    held_on: date
    agreements: list[str]


@strawberry.input
class ConfirmAgreementInput(CommandInput):
    agreement_id: strawberry.ID


@strawberry.type
class ConversationPayload:
    command: CommandResult
    conversation: Conversation | None


@strawberry.type
class AgreementPayload:
    command: CommandResult
    agreement: Agreement | None


@mutation()
async def plan_conversation(info: Info[Context, None], input: PlanConversationInput) -> ConversationPayload:
    return await _conversation(info, await give(info, input))


@mutation(description="Records that it was held, and what was agreed.")
async def record_conversation(
    info: Info[Context, None], input: RecordConversationInput
) -> ConversationPayload:
    return await _conversation(info, await give(info, input))


@mutation(
    description=(
        "By the other party of the conversation: the one change in a portfolio its owner does not cause."
    )
)
async def confirm_agreement(info: Info[Context, None], input: ConfirmAgreementInput) -> AgreementPayload:
    fate = await give(info, input)
    read = None
    if await shown(info, fate, profile.VIEW, of_another=True):
        read = await info.context.gateway.reads.agreement_for(info.context.person, input.agreement_id)
    return AgreementPayload(command=result(info, fate), agreement=agreement_of(read) if read else None)


async def _conversation(info: Info[Context, None], fate: Fate) -> ConversationPayload:
    found = await changed_item(info, fate, lambda read: read.conversations, lambda item: item.conversation)
    shown_item = conversation_of(found[1]) if found else None
    return ConversationPayload(command=result(info, fate), conversation=shown_item)
