"""The kinds of commands that an owner sends on the own portfolio."""

from typing import Final

from typing_extensions import override

from rules.commands import Refusal
from services.decisions.command import Command, DecisionContext, stream_of
from services.decisions.validation import invalid

REFERENCES_MAX: Final = 20
"""The most items that one item refers to."""


class PortfolioCommand(Command, frozen=True, kw_only=True):
    """A command of the owner on the own portfolio."""

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (stream_of("portfolio", context.person),)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return context.person


class NewItem(PortfolioCommand, frozen=True, kw_only=True):
    """A command that adds something with a new id."""

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return context.new


class AsProfessional(PortfolioCommand, frozen=True, kw_only=True):
    """A command that depends on the owner's employment or teams."""

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return stream_of("portfolio", context.person), stream_of("employment", context.person)


def references_refusals(ids: tuple[str, ...], *field: str) -> list[Refusal]:
    """Return what is wrong with references to other items: too many."""
    if len(ids) <= REFERENCES_MAX:
        return []
    nl, en = f"Kies er hoogstens {REFERENCES_MAX}.", f"Choose {REFERENCES_MAX} at most."
    return [invalid(field, nl=nl, en=en)]
