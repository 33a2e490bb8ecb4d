"""Decides on the organisation's tree of units."""

from typing import Final, assert_never

import msgspec

from events.catalog.units import UnitClosed, UnitFormed, UnitMoved, UnitRenamed, UnitsEvent
from rules.commands import Refusal
from services.contexts.units.commands import AnyUnitCommand, CloseUnit, FormUnit, MoveUnit, RenameUnit
from services.decisions.command import DecisionContext
from services.decisions.decider import Decider, event_types_of
from services.decisions.refusals import RejectedError, reject_if
from services.decisions.validation import one_line


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    parent: str | None
    closed: bool = False


class Units(msgspec.Struct, frozen=True, kw_only=True):
    """All units by id, closed ones too."""

    all: dict[str, Unit] = {}

    def open(self, unit: str | None) -> Unit | None:
        found = self.all.get(unit or "")
        return None if found is None or found.closed else found


def decide(command: AnyUnitCommand, state: Units, context: DecisionContext) -> tuple[UnitsEvent, ...]:
    """Return the events of the command. Raises RejectedError."""
    unit = command.unit(context)
    match command:
        case FormUnit():
            formed = UnitFormed(unit=unit, name=one_line(command.name), parent=command.parent(context))
            reject_if(_forming_refusals(formed, state))
            return (formed,)
        case RenameUnit():
            renamed = UnitRenamed(unit=unit, name=one_line(command.name))
            if _open_unit(state, unit).name == renamed.name:
                raise _already("Deze eenheid heet al zo.", "This unit has this name already.")
            return (renamed,)
        case MoveUnit():
            moved = UnitMoved(unit=unit, parent=command.parent(context))
            reject_if(_moving_refusals(moved, _open_unit(state, unit), state))
            return (moved,)
        case CloseUnit():
            reject_if(_closing_refusals(unit, state))
            return (UnitClosed(unit=unit),)
        case _:
            assert_never(command)


def evolve(state: Units, event: UnitsEvent) -> Units:
    match event:
        case UnitFormed(unit=unit, name=name, parent=parent):
            changed = Unit(name=name, parent=parent)
        case UnitRenamed(unit=unit, name=name):
            changed = msgspec.structs.replace(state.all[unit], name=name)
        case UnitMoved(unit=unit, parent=parent):
            changed = msgspec.structs.replace(state.all[unit], parent=parent)
        case UnitClosed(unit=unit):
            changed = msgspec.structs.replace(state.all[unit], closed=True)
        case _:
            assert_never(event)
    return Units(all={**state.all, unit: changed})


DECIDER: Final = Decider[AnyUnitCommand, Units, UnitsEvent](
    commands=(FormUnit, RenameUnit, MoveUnit, CloseUnit),
    reads=event_types_of(UnitsEvent),
    initial=Units(),
    decide=decide,
    evolve=evolve,
    cached=True,
)


def _open_unit(state: Units, unit: str) -> Unit:
    """Return an open unit. Raises RejectedError."""
    found = state.open(unit)
    if found is not None:
        return found
    if unit in state.all:
        nl, en = "Deze eenheid is gesloten.", "This unit is closed."
        raise RejectedError(Refusal(code="WRONG_STATE", nl=nl, en=en, field=("unitKey",)))
    raise RejectedError(_no_unit("unitKey"))


def _forming_refusals(formed: UnitFormed, state: Units) -> list[Refusal]:
    existing = state.all.get(formed.unit)
    if existing == Unit(name=formed.name, parent=formed.parent):
        nl, en = "Deze eenheid is er al.", "This unit is there already."
        return [Refusal(code="ALREADY_SO", nl=nl, en=en)]
    refusals = []
    if existing is not None:
        nl = "Er is al een eenheid met deze sleutel, met een andere naam, op een andere plek of gesloten."
        en = "There is a unit with this key already, by another name, in another place or closed."
        refusals.append(Refusal(code="WRONG_STATE", nl=nl, en=en, field=("unitKey",)))
    if formed.parent is not None and state.open(formed.parent) is None:
        refusals.append(_no_unit("parentKey"))
    return refusals


def _moving_refusals(moved: UnitMoved, existing: Unit, state: Units) -> list[Refusal]:
    if existing.parent == moved.parent:
        nl, en = "Deze eenheid staat daar al.", "This unit is there already."
        return [Refusal(code="ALREADY_SO", nl=nl, en=en)]
    if state.open(moved.parent) is None:
        return [_no_unit("parentKey")]
    above: str | None = moved.parent
    while above is not None:
        if above == moved.unit:
            nl = "Een eenheid kan niet onder zichzelf komen te staan."
            en = "A unit can't be placed under itself."
            return [Refusal(code="WRONG_STATE", nl=nl, en=en, field=("parentKey",))]
        above = state.all[above].parent
    return []


def _closing_refusals(unit: str, state: Units) -> list[Refusal]:
    existing = state.all.get(unit)
    if existing is None:
        return [_no_unit("unitKey")]
    if existing.closed:
        nl, en = "Deze eenheid is al gesloten.", "This unit is closed already."
        return [Refusal(code="ALREADY_SO", nl=nl, en=en)]
    if any(below.parent == unit and not below.closed for below in state.all.values()):
        nl = "Onder deze eenheid staan nog andere. Verplaats of sluit die eerst."
        en = "There are other units below this one. Move or close those first."
        return [Refusal(code="WRONG_STATE", nl=nl, en=en, field=("unitKey",))]
    return []


def _no_unit(field: str) -> Refusal:
    nl, en = "Er is geen eenheid met deze sleutel.", "There is no unit with this key."
    return Refusal(code="NOT_FOUND", nl=nl, en=en, field=(field,))


def _already(nl: str, en: str) -> RejectedError:
    return RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
