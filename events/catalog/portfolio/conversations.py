"""Conversations with another professional, and what was agreed in them."""

from datetime import date

import msgspec

from events.catalog.registry import Event, event


@event("portfolio.conversation-planned.v1")
class ConversationPlanned(Event, frozen=True, kw_only=True):
    """With another professional, on a day."""

    conversation: str
    other: str
    planned_for: date


class AgreementMade(msgspec.Struct, frozen=True, kw_only=True):
    """What was agreed; `agreement` begins with the owner's id (rules/agreements.py)."""

    agreement: str
    text: str


@event("portfolio.conversation-held.v1")
class ConversationHeld(Event, frozen=True, kw_only=True):
    """Recorded once, with everything that was agreed."""

    conversation: str
    held_on: date
    agreements: tuple[AgreementMade, ...] = ()


@event("portfolio.agreement-confirmed.v1")
class AgreementConfirmed(Event, frozen=True, kw_only=True):
    """By the other party of the conversation: the one change here that the owner does not cause."""

    agreement: str


ConversationEvent = ConversationPlanned | ConversationHeld | AgreementConfirmed
