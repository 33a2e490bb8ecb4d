"""Commands of the HR system on the tree of units."""

from typing import ClassVar, Final

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
    """
    Move a unit, with the units and teams below it, under another parent, or to the top.

    `parent_key` has no default: a unit would go to the top because a client forgot the field. A closed unit
    is moved too, so that it can be opened again in a place that is open.
    """

    parent_key: str | None

    def parent(self, context: DecisionContext) -> str | None:
        return None if self.parent_key is None else derived_id(context.organisation, "unit", self.parent_key)

    @override
    def refusals(self) -> list[Refusal]:
        parent = self.parent_key
        return [
            *UnitCommand.refusals(self),
            *([] if parent is None else key_refusals(parent, "parentKey", chars_max=KEY_CHARS_MAX)),
        ]


class CloseUnit(UnitCommand, frozen=True, kw_only=True):
    """Close a unit; no open unit and no open team may be below it."""

    @override
    def weighed_unit(self, organisation: str) -> str | None:
        return derived_id(organisation, "unit", self.unit_key)


class ReopenUnit(UnitCommand, frozen=True, kw_only=True):
    """Open a closed unit again, where it was; what is above it must be open."""


class PlaceTeam(Command, frozen=True, kw_only=True):
    """
    Record that a team is to be in a unit, before the team's own stream says so.

    The units and each team are subjects of their own, so no commit can check both. This one goes first, and
    the unit is not closed while the team may still get there: docs/decisions/0014.
    """

    by_process: ClassVar[bool] = True

    unit: str
    team: str
    after: int
    """The version of the team's stream that this was decided on."""

    @override
    def names(self) -> tuple[str, ...]:
        return self.unit, str(self.after)

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (Stream("units", context.organisation).name,)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return self.team


AnyUnitCommand = FormUnit | RenameUnit | MoveUnit | CloseUnit | ReopenUnit | PlaceTeam
