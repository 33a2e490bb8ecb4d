"""Commands on conversations: of the owner, and of the other party."""

from datetime import date
from typing import ClassVar, Final

from typing_extensions import override

from kit.ids import is_id
from rules.agreements import is_signed, owner_of
from rules.commands import Refusal
from services.contexts.portfolio.owner_commands import AsProfessional, NewItem, PortfolioCommand
from services.decisions.command import Command, DecisionContext, stream_of
from services.decisions.validation import invalid, text_refusals

AGREEMENTS_MAX: Final = 20
AGREEMENT_CHARS_MAX: Final = 1_000


class PlanConversation(NewItem, AsProfessional, frozen=True, kw_only=True):
    with_id: str
    planned_for: date

    @override
    def mentions(self) -> tuple[str, ...]:
        return (self.with_id,) if is_id(self.with_id) else ()


class RecordConversation(PortfolioCommand, frozen=True, kw_only=True):
    """Record that a conversation was held, with all agreements."""

    conversation_id: str
    held_on: date
    agreements: tuple[str, ...]

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.conversation_id

    @override
    def refusals(self) -> list[Refusal]:
        if len(self.agreements) > AGREEMENTS_MAX:
            nl = f"Leg hoogstens {AGREEMENTS_MAX} afspraken vast."
            en = f"Record {AGREEMENTS_MAX} agreements at most."
            return [invalid(("agreements",), nl=nl, en=en)]
        return [
            refusal
            for number, text in enumerate(self.agreements)
            for refusal in text_refusals(
                text, "agreements", str(number), chars_max=AGREEMENT_CHARS_MAX, lines=True
            )
        ]


class ConfirmAgreement(Command, frozen=True, kw_only=True):
    """Confirm an agreement, as its other party, in the owner's portfolio."""

    returns_version: ClassVar[bool] = False

    agreement_id: str

    @override
    def is_addressed(self, context: DecisionContext) -> bool:
        return is_signed(self.agreement_id, key=context.id_key)

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (stream_of("portfolio", owner_of(self.agreement_id)),)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.agreement_id


ConversationCommand = PlanConversation | RecordConversation | ConfirmAgreement
