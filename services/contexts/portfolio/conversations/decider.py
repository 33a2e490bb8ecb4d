"""Decides on conversations and agreements."""

from typing import Final, assert_never

from msgspec.structs import replace

from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.conversations import (
    AgreementConfirmed,
    AgreementMade,
    ConversationEvent,
    ConversationHeld,
    ConversationPlanned,
)
from kit.ids import derived_id
from rules.agreements import signed_agreement_id
from rules.commands import Refusal
from services.contexts.portfolio.conversations.commands import (
    ConfirmAgreement,
    ConversationCommand,
    PlanConversation,
    RecordConversation,
)
from services.contexts.portfolio.refusals import (
    already_so,
    change_refusals,
    item_refusals,
    limit_reached,
    not_found,
    wrong_state,
)
from services.contexts.portfolio.state import Agreement, Conversation, Portfolio
from services.decisions.command import NOWHERE, DecisionContext
from services.decisions.refusals import NOT_FOUND, RejectedError, reject_if
from services.decisions.validation import invalid

CONVERSATIONS_MAX: Final = 100
"""The most planned conversations in one portfolio."""
CONVERSATIONS_EVER_MAX: Final = 500
"""The most conversations in one portfolio, held ones included."""
TO_CONFIRM_MAX: Final = 50
"""The most agreements in one portfolio that wait for confirmation by the same person."""
_NOBODY: Final = ""
"""The other party of an agreement in an unknown conversation: no person has this id."""


def decide_conversation(
    command: ConversationCommand, state: Portfolio, context: DecisionContext
) -> tuple[PortfolioEvent, ...]:
    match command:
        case PlanConversation():
            refusals = [*change_refusals(state), *_employment_refusals(state)]
            reject_if([*refusals, *_planning_refusals(command, state, context)])
            return (
                ConversationPlanned(
                    conversation=context.new, other=command.with_id, planned_for=command.planned_for
                ),
            )
        case RecordConversation():
            reject_if([*change_refusals(state), *_recording_refusals(command, state, context)])
            return (_held(command, context),)
        case ConfirmAgreement():
            return (_confirmed(command, state, context),)
        case _:
            assert_never(command)


def evolve_conversation(state: Portfolio, event: ConversationEvent) -> Portfolio:
    match event:
        case ConversationPlanned():
            conversation = Conversation(other=event.other, planned_for=event.planned_for)
            return state.with_new(event.conversation, conversation)
        case ConversationHeld():
            return _with_agreements(state, event)
        case AgreementConfirmed(agreement=name):
            agreement = state.agreements.get(name)
            if agreement is None:
                return state
            return replace(state, agreements={**state.agreements, name: replace(agreement, confirmed=True)})
        case _:
            assert_never(event)


def _with_agreements(state: Portfolio, event: ConversationHeld) -> Portfolio:
    conversation = state.item(Conversation, event.conversation)
    other = conversation.other if conversation is not None else _NOBODY
    made = {agreed.agreement: Agreement(other=other) for agreed in event.agreements}
    together = replace(state, agreements={**state.agreements, **made})
    return together.with_changed(event.conversation, held=True)


def _employment_refusals(state: Portfolio) -> list[Refusal]:
    """Refuse somebody who left and only keeps the portfolio: they have no colleagues any more."""
    if state.employed:
        return []
    nl = "Je werkt hier niet meer; daarom kun je geen gesprek meer plannen."
    en = "You don't work here any more, so you can't plan a conversation."
    return [wrong_state(nl=nl, en=en)]


def _planning_refusals(
    command: PlanConversation, state: Portfolio, context: DecisionContext
) -> list[Refusal]:
    planned = [conversation for conversation in state.kept(Conversation) if not conversation.held]
    refusals = []
    if command.with_id == context.person:
        nl, en = "Een gesprek heb je met een ander.", "A conversation is with somebody else."
        refusals.append(invalid(("withId",), nl=nl, en=en))
    elif command.with_id not in context.professionals:
        nl, en = "Deze collega werkt hier niet.", "This colleague doesn't work here."
        refusals.append(not_found("withId", nl=nl, en=en))
    if command.planned_for < context.today:
        nl, en = "Kies vandaag of een latere dag.", "Choose today or a later day."
        refusals.append(invalid(("plannedFor",), nl=nl, en=en))
    this = command.with_id, command.planned_for
    if any((existing.other, existing.planned_for) == this for existing in planned):
        nl = "Voor die dag staat al een gesprek met deze collega."
        en = "There is a conversation with this colleague on that day already."
        refusals.append(already_so(nl=nl, en=en))
    if len(planned) >= CONVERSATIONS_MAX:
        nl = f"Er staan hoogstens {CONVERSATIONS_MAX} gesprekken gepland. Leg er eerst een vast."
        en = f"There are {CONVERSATIONS_MAX} planned conversations at most. Record one first."
        refusals.append(limit_reached(nl=nl, en=en))
    if len(state.kept(Conversation)) >= CONVERSATIONS_EVER_MAX:
        nl = f"Een portfolio heeft hoogstens {CONVERSATIONS_EVER_MAX} gesprekken; die zijn er nu."
        en = f"A portfolio has {CONVERSATIONS_EVER_MAX} conversations at most; they are there now."
        refusals.append(limit_reached(nl=nl, en=en))
    return refusals


def _recording_refusals(
    command: RecordConversation, state: Portfolio, context: DecisionContext
) -> list[Refusal]:
    refusals = item_refusals(state, Conversation, command.conversation_id, "conversationId")
    conversation = state.item(Conversation, command.conversation_id)
    if conversation is not None and conversation.held:
        nl, en = "Dit gesprek is al vastgelegd.", "This conversation has been recorded already."
        refusals.append(already_so("conversationId", nl=nl, en=en))
    elif conversation is not None:
        refusals += _waiting_refusals(command, state, conversation.other)
    if command.held_on > context.today:
        nl = "Deze dag moet nog komen. Leg een gesprek vast als het geweest is."
        en = "This day is still to come. Record a conversation once it was held."
        refusals.append(invalid(("heldOn",), nl=nl, en=en))
    return refusals


def _waiting_refusals(command: RecordConversation, state: Portfolio, other: str) -> list[Refusal]:
    """Refuse when too many agreements would wait for the other party, who alone can confirm them."""
    waiting = [made for made in state.agreements.values() if made.other == other and not made.confirmed]
    if not command.agreements or len(waiting) + len(command.agreements) <= TO_CONFIRM_MAX:
        return []
    nl = (
        f"Op bevestiging van deze collega wachten hoogstens {TO_CONFIRM_MAX} afspraken; "
        f"nu zijn het er {len(waiting)}. Leg er minder vast, of vraag om er eerst te bevestigen."
    )
    en = (
        f"At most {TO_CONFIRM_MAX} agreements wait for this colleague's confirmation; "
        f"there are {len(waiting)} now. Record fewer, or ask them to confirm some first."
    )
    return [limit_reached("agreements", nl=nl, en=en)]


def _held(command: RecordConversation, context: DecisionContext) -> ConversationHeld:
    owner = context.person or NOWHERE
    return ConversationHeld(
        conversation=command.conversation_id,
        held_on=command.held_on,
        agreements=tuple(
            AgreementMade(
                agreement=signed_agreement_id(
                    owner, derived_id("agreement", context.new, str(number)), key=context.id_key
                ),
                text=text.strip(),
            )
            for number, text in enumerate(command.agreements)
        ),
    )


def _confirmed(command: ConfirmAgreement, state: Portfolio, context: DecisionContext) -> AgreementConfirmed:
    agreement = state.agreements.get(command.agreement_id)
    if agreement is None or agreement.other != context.person:
        # The same answer if there is no such agreement, it is another's, or its owner was forgotten.
        raise RejectedError(NOT_FOUND)
    refusals = []
    if state.status == "CLOSED":
        nl = "Het portfolio waar deze afspraak in staat, is gesloten."
        en = "The portfolio with this agreement is closed."
        refusals.append(wrong_state(nl=nl, en=en))
    if agreement.confirmed:
        nl, en = "Deze afspraak heb je al bevestigd.", "You have confirmed this agreement already."
        refusals.append(already_so("agreementId", nl=nl, en=en))
    reject_if(refusals)
    return AgreementConfirmed(agreement=command.agreement_id)
