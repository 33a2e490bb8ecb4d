"""Events of conversations with another professional, and of agreements made in them."""

from datetime import date

import msgspec

from events.catalog.registry import Event, event


@event("portfolio.conversation-planned.v1")
class ConversationPlanned(Event, frozen=True, kw_only=True):
    """A conversation with another professional is planned for a day."""

    conversation: str
    other: str
    planned_for: date


class AgreementMade(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement; its id begins with the owner's id (rules/agreements.py)."""

    agreement: str
    text: str


@event("portfolio.conversation-held.v1")
class ConversationHeld(Event, frozen=True, kw_only=True):
    """The conversation was held; all its agreements are recorded with it."""

    conversation: str
    held_on: date
    agreements: tuple[AgreementMade, ...] = ()


@event("portfolio.agreement-confirmed.v1")
class AgreementConfirmed(Event, frozen=True, kw_only=True):
    """The other party confirmed the agreement: the only event here that the owner does not cause."""

    agreement: str


ConversationEvent = ConversationPlanned | ConversationHeld | AgreementConfirmed
