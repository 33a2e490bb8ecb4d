"""Commands of the HR system on the tree of units."""

from typing import Final

from typing_extensions import override

from events.streams import Stream
from kit.ids import derived_id
from rules.commands import Refusal
from services.decisions.command import Command, DecisionContext
from services.decisions.validation import key_refusals, text_refusals

KEY_CHARS_MAX: Final = 64


NAME_CHARS_MAX: Final = 120


class UnitCommand(Command, frozen=True, kw_only=True):
    """A command on the unit that has this key in the HR system."""

    unit_key: str

    def unit(self, context: DecisionContext) -> str:
        return derived_id(context.organisation, "unit", self.unit_key)

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (Stream("units", context.organisation).name,)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.unit(context)

    @override
    def refusals(self) -> list[Refusal]:
        return key_refusals(self.unit_key, "unitKey", chars_max=KEY_CHARS_MAX)


class FormUnit(UnitCommand, frozen=True, kw_only=True):
    """Form a unit under a parent, or at the top."""

    name: str
    parent_key: str | None = None

    def parent(self, context: DecisionContext) -> str | None:
        return None if self.parent_key is None else derived_id(context.organisation, "unit", self.parent_key)

    @override
    def refusals(self) -> list[Refusal]:
        parent = self.parent_key
        return [
            *UnitCommand.refusals(self),
            *text_refusals(self.name, "name", chars_max=NAME_CHARS_MAX),
            *([] if parent is None else key_refusals(parent, "parentKey", chars_max=KEY_CHARS_MAX)),
        ]


class RenameUnit(UnitCommand, frozen=True, kw_only=True):
    name: str

    @override
    def refusals(self) -> list[Refusal]:
        return [
            *UnitCommand.refusals(self),
            *text_refusals(self.name, "name", chars_max=NAME_CHARS_MAX),
        ]


class MoveUnit(UnitCommand, frozen=True, kw_only=True):
    """Move a unit, with the units below it, under another parent."""

    parent_key: str

    def parent(self, context: DecisionContext) -> str:
        return derived_id(context.organisation, "unit", self.parent_key)

    @override
    def refusals(self) -> list[Refusal]:
        return [
            *UnitCommand.refusals(self),
            *key_refusals(self.parent_key, "parentKey", chars_max=KEY_CHARS_MAX),
        ]


class CloseUnit(UnitCommand, frozen=True, kw_only=True):
    """
    Close a unit for good; no open unit may be below it.

    Teams are streams of their own, which this command doesn't know: that no open team is below the unit is
    checked for HR's files, not for the mutation.
    """


AnyUnitCommand = FormUnit | RenameUnit | MoveUnit | CloseUnit
