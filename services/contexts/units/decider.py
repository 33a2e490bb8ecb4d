"""Decides on the organisation's tree of units."""

from collections.abc import Iterable
from typing import Final, assert_never

import msgspec

from events.catalog.units import (
    TeamPlaced,
    UnitClosed,
    UnitFormed,
    UnitKeyNoted,
    UnitMoved,
    UnitRenamed,
    UnitReopened,
    UnitsEvent,
)
from rules.commands import Refusal
from services.contexts.units.commands import (
    AnyUnitCommand,
    CloseUnit,
    FormUnit,
    MoveUnit,
    PlaceTeam,
    RenameUnit,
    ReopenUnit,
)
from services.decisions.command import DecisionContext
from services.decisions.decider import Decider, event_types_of
from services.decisions.refusals import RejectedError, reject_if
from services.decisions.validation import one_line


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    parent: str | None
    closed: bool = False
    key: str | None = None


class Units(msgspec.Struct, frozen=True, kw_only=True):
    """
    All units by id, closed ones too.

    `placed` are by unit the teams that are or were to be in it, each with the version of the team's stream
    that this was last decided on.
    """

    all: dict[str, Unit] = {}
    placed: dict[str, dict[str, int]] = {}

    def open(self, unit: str | None) -> Unit | None:
        found = self.all.get(unit or "")
        return None if found is None or found.closed else found


def decide(command: AnyUnitCommand, state: Units, context: DecisionContext) -> tuple[UnitsEvent, ...]:
    """Return the events of the command. Raises RejectedError."""
    if isinstance(command, PlaceTeam):
        return (_placed(command, state),)
    unit = command.unit(context)
    match command:
        case FormUnit():
            return (_formed(command, state, context),)
        case RenameUnit():
            renamed = UnitRenamed(unit=unit, name=one_line(command.name))
            if _open_unit(state, unit).name == renamed.name:
                raise _already("Deze eenheid heet al zo.", "This unit has this name already.")
            return (renamed,)
        case MoveUnit():
            moved = UnitMoved(unit=unit, parent=command.parent(context))
            reject_if(_moving_refusals(moved, state))
            return (moved,)
        case CloseUnit():
            reject_if(_closing_refusals(unit, state, context))
            return (UnitClosed(unit=unit),)
        case ReopenUnit():
            reject_if(_reopening_refusals(unit, state))
            return (UnitReopened(unit=unit),)
        case _:
            assert_never(command)


def evolve(state: Units, event: UnitsEvent) -> Units:
    match event:
        case UnitFormed(unit=unit, name=name, parent=parent, key=key):
            changed = Unit(name=name, parent=parent, key=key)
        case UnitKeyNoted(unit=unit, key=key):
            changed = msgspec.structs.replace(state.all[unit], key=key)
        case UnitRenamed(unit=unit, name=name):
            changed = msgspec.structs.replace(state.all[unit], name=name)
        case UnitMoved(unit=unit, parent=parent):
            changed = msgspec.structs.replace(state.all[unit], parent=parent)
        case UnitClosed(unit=unit):
            changed = msgspec.structs.replace(state.all[unit], closed=True)
        case UnitReopened(unit=unit):
            changed = msgspec.structs.replace(state.all[unit], closed=False)
        case TeamPlaced(unit=unit, team=team, after=after):
            placed = {**state.placed, unit: {**state.placed.get(unit, {}), team: after}}
            return msgspec.structs.replace(state, placed=placed)
        case _:
            assert_never(event)
    return msgspec.structs.replace(state, all={**state.all, unit: changed})


DECIDER: Final = Decider[AnyUnitCommand, Units, UnitsEvent](
    commands=(FormUnit, RenameUnit, MoveUnit, CloseUnit, ReopenUnit, PlaceTeam),
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
    raise RejectedError(_closed_unit() if unit in state.all else _no_unit("unitKey"))


def _formed(command: FormUnit, state: Units, context: DecisionContext) -> UnitFormed | UnitKeyNoted:
    """Return that the unit is formed, or which key it has. Raises RejectedError."""
    unit, name, parent = command.unit(context), one_line(command.name), command.parent(context)
    if state.all.get(unit) == Unit(name=name, parent=parent):  # formed before keys were recorded
        return UnitKeyNoted(unit=unit, key=command.unit_key)
    formed = UnitFormed(unit=unit, name=name, parent=parent, key=command.unit_key)
    reject_if(_forming_refusals(formed, state))
    return formed


def _forming_refusals(formed: UnitFormed, state: Units) -> list[Refusal]:
    existing = state.all.get(formed.unit)
    if existing == Unit(name=formed.name, parent=formed.parent, key=formed.key):
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


def _moving_refusals(moved: UnitMoved, state: Units) -> list[Refusal]:
    existing = state.all.get(moved.unit)
    if existing is None:
        return [_no_unit("unitKey")]
    if existing.parent == moved.parent:
        nl, en = "Deze eenheid staat daar al.", "This unit is there already."
        return [Refusal(code="ALREADY_SO", nl=nl, en=en)]
    if moved.parent is None:
        return []
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


def _closing_refusals(unit: str, state: Units, context: DecisionContext) -> list[Refusal]:
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
    if teams := sum(_may_be_in(unit, team, after, context) for team, after in _placed_in(unit, state)):
        nl = f"In deze eenheid zitten nog teams die open zijn ({teams}). Verplaats of sluit die eerst."
        en = f"There are open teams in this unit ({teams}). Move or close those first."
        return [Refusal(code="WRONG_STATE", nl=nl, en=en, field=("unitKey",))]
    return []


def _placed_in(unit: str, state: Units) -> Iterable[tuple[str, int]]:
    return state.placed.get(unit, {}).items()


def _may_be_in(unit: str, team: str, after: int, context: DecisionContext) -> bool:
    """
    Return whether a team that was placed in a unit is open there, or may still get there.

    A team that was looked up at a version that its placing was decided on has not got there yet, or was
    looked up too early. A placing that comes later is refused when the unit is closed by then.
    """
    seen = context.teams.get(team)
    return seen is None or seen.version <= after or seen.open_in == unit


def _reopening_refusals(unit: str, state: Units) -> list[Refusal]:
    existing = state.all.get(unit)
    if existing is None:
        return [_no_unit("unitKey")]
    if not existing.closed:
        nl, en = "Deze eenheid is open.", "This unit is open."
        return [Refusal(code="ALREADY_SO", nl=nl, en=en)]
    if existing.parent is not None and state.open(existing.parent) is None:
        nl = "De eenheid erboven is gesloten. Open die eerst, of verplaats deze eenheid."
        en = "The unit above is closed. Open that one first, or move this unit."
        return [Refusal(code="WRONG_STATE", nl=nl, en=en, field=("unitKey",))]
    return []


def _placed(command: PlaceTeam, state: Units) -> TeamPlaced:
    """Return that the team is placed. Raises RejectedError."""
    if state.open(command.unit) is None:
        raise RejectedError(_closed_unit() if command.unit in state.all else _no_unit("unitKey"))
    if state.placed.get(command.unit, {}).get(command.team, -1) >= command.after:
        raise _already("Dit team staat daar al.", "This team is placed there already.")
    return TeamPlaced(unit=command.unit, team=command.team, after=command.after)


def _closed_unit() -> Refusal:
    nl, en = "Deze eenheid is gesloten.", "This unit is closed."
    return Refusal(code="WRONG_STATE", nl=nl, en=en, field=("unitKey",))


def _no_unit(field: str) -> Refusal:
    nl, en = "Er is geen eenheid met deze sleutel.", "There is no unit with this key."
    return Refusal(code="NOT_FOUND", nl=nl, en=en, field=(field,))


def _already(nl: str, en: str) -> RejectedError:
    return RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
