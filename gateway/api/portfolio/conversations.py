"""Conversations, and the agreements made in them."""

# ruff: noqa: A002 - arguments are called as in GraphQL

from datetime import date, datetime
from typing import ClassVar

import strawberry

from gateway.api.command_result import command_result
from gateway.api.names import Colleague, colleague
from gateway.api.portfolio.payloads import OwnersPayload
from gateway.api.portfolio.reads import changed_item
from gateway.api.root_fields import mutation
from gateway.api.sending import CHANGED, CommandInput, CommandPayload, can_show_result, send_command
from gateway.context import Context, Info
from gateway.types.fields import field
from gateway.types.ids import ITEM
from projections.views import profile
from rules import commands


@strawberry.type(
    description="What was agreed in a conversation: all of it that the other party sees and confirms."
)
class Agreement:
    id_names: ClassVar[str] = ITEM
    id: strawberry.ID
    held_on: date = strawberry.field(description="The day of the conversation.")
    text: str = strawberry.field(description="What was agreed.")
    confirmed_at: datetime | None = strawberry.field(
        description="When the other party confirmed it; null until then."
    )
    by: strawberry.Private[str]
    as_of: strawberry.Private[datetime | None]

    @field(description="Whose portfolio it is in.")
    async def owner(self, info: Info) -> Colleague:
        return await colleague(info.context, self.by)


@strawberry.type(
    description="A conversation with a colleague, planned and recorded by the owner of the portfolio."
)
class Conversation:
    id_names: ClassVar[str] = ITEM
    id: strawberry.ID
    planned_for: date = strawberry.field(description="The day that it is planned for.")
    held_on: date | None = strawberry.field(description="The day that it was held; null until then.")
    agreements: list[Agreement] = strawberry.field(description="What was agreed in it.")
    other: strawberry.Private[str]
    as_of: strawberry.Private[datetime | None]

    @field(name="with", description="The other party.")
    async def with_(self, info: Info) -> Colleague:
        return await colleague(info.context, self.other)


def agreement_of(agreement: profile.Agreement, as_of: datetime | None = None) -> Agreement:
    return Agreement(
        id=strawberry.ID(agreement.agreement),
        held_on=agreement.held_on,
        text=agreement.text,
        confirmed_at=agreement.confirmed_at,
        by=agreement.owner,
        as_of=as_of,
    )


def conversation_of(portfolio: profile.Portfolio, conversation: profile.Conversation) -> Conversation:
    return Conversation(
        id=strawberry.ID(conversation.conversation),
        planned_for=conversation.planned_for,
        held_on=conversation.held_on,
        agreements=[agreement_of(each, portfolio.as_of) for each in conversation.agreements],
        other=conversation.other,
        as_of=portfolio.as_of,
    )


async def agreements_to_confirm(context: Context, other: str) -> list[Agreement]:
    """Return the agreements with someone that others recorded and that are not confirmed yet."""
    found = await context.gateway.reader.subject(
        profile.VIEW,
        other,
        lambda connection: profile.agreements_to_confirm(connection, other),
        at_most_s=context.gateway.limits.staleness_max_s,
    )
    return [agreement_of(agreement) for agreement in found]


@strawberry.input
class PlanConversationInput(CommandInput):
    with_id: strawberry.ID = strawberry.field(description="The other party, from `colleagues`.")
    planned_for: date = strawberry.field(description="The day, today or later.")


@strawberry.input
class RecordConversationInput(CommandInput):
    conversation_id: strawberry.ID = strawberry.field(description="A conversation that was planned.")
    held_on: date = strawberry.field(description="The day that it was held, today or before.")
    agreements: list[str] = strawberry.field(
        description="What was agreed, each for the other party to confirm; may be empty."
    )


@strawberry.input
class ConfirmAgreementInput(CommandInput):
    agreement_id: strawberry.ID = strawberry.field(description="The agreement, from `agreementsToConfirm`.")


@strawberry.type
class ConversationPayload(OwnersPayload):
    conversation: Conversation | None = strawberry.field(description=CHANGED)


@strawberry.type
class AgreementPayload(CommandPayload):
    agreement: Agreement | None = strawberry.field(description=CHANGED)


@mutation(description="Plan a conversation with a colleague.")
async def plan_conversation(info: Info, input: PlanConversationInput) -> ConversationPayload:
    return await _conversation(info, await send_command(info, input))


@mutation(description="Record that a conversation was held, and what was agreed.")
async def record_conversation(info: Info, input: RecordConversationInput) -> ConversationPayload:
    return await _conversation(info, await send_command(info, input))


@mutation(
    description=(
        "Confirm an agreement, as the other party of the conversation: the only change in a portfolio "
        "that its owner does not make."
    )
)
async def confirm_agreement(info: Info, input: ConfirmAgreementInput) -> AgreementPayload:
    result = await send_command(info, input)
    found = None
    if await can_show_result(info, result, profile.VIEW, of_another=True):
        other = info.context.person
        found = await info.context.gateway.reader.subject(
            profile.VIEW,
            other,
            lambda connection: profile.agreement_for(connection, other, input.agreement_id),
        )
    agreement = agreement_of(found) if found else None
    return AgreementPayload(command=command_result(info, result), agreement=agreement)


async def _conversation(info: Info, result: commands.CommandResult) -> ConversationPayload:
    portfolio, shown = await changed_item(
        info,
        result,
        lambda its: its.conversations,
        lambda item: item.conversation,
        conversation_of,
        kind=Conversation,
        parts=frozenset({"conversations", "agreements"}),
    )
    return ConversationPayload(command=command_result(info, result), content=portfolio, conversation=shown)
