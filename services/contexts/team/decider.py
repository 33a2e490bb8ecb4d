"""Decides on teams."""

from typing import Final, assert_never

import msgspec

from events.catalog.team import TeamClosed, TeamEvent, TeamFormed, TeamRenamed
from events.catalog.units import UnitClosed, UnitFormed, UnitMoved, UnitRenamed, UnitsEvent
from rules.commands import Refusal
from services.contexts.team.commands import AnyTeamCommand, CloseTeam, FormTeam, RenameTeam
from services.decisions.command import DecisionContext
from services.decisions.decider import Decider, event_types_of
from services.decisions.refusals import RejectedError, reject_if
from services.decisions.validation import one_line


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """A team, and the ids of the units that exist."""

    name: str | None = None
    unit: str | None = None
    closed: bool = False
    units: frozenset[str] = frozenset()


def decide(command: AnyTeamCommand, state: Team, context: DecisionContext) -> tuple[TeamEvent, ...]:
    """Return the events of the command. Raises RejectedError."""
    match command:
        case FormTeam():
            formed = TeamFormed(name=one_line(command.name), unit=command.unit(context))
            reject_if(_forming_refusals(formed, state))
            return (formed,)
        case RenameTeam():
            renamed = TeamRenamed(name=one_line(command.name))
            reject_if(_open_refusals(state))
            if renamed.name == state.name:
                nl, en = "Dit team heet al zo.", "This team has this name already."
                raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
            return (renamed,)
        case CloseTeam():
            if state.closed:
                nl, en = "Dit team is al gesloten.", "This team is closed already."
                raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
            reject_if(_open_refusals(state))
            return (TeamClosed(),)
        case _:
            assert_never(command)


def evolve(state: Team, event: TeamEvent | UnitsEvent) -> Team:
    match event:
        case TeamFormed(name=name, unit=unit):
            return msgspec.structs.replace(state, name=name, unit=unit)
        case TeamRenamed(name=name):
            return msgspec.structs.replace(state, name=name)
        case TeamClosed():
            return msgspec.structs.replace(state, closed=True)
        case UnitFormed(unit=unit):
            return msgspec.structs.replace(state, units=state.units | {unit})
        case UnitClosed(unit=unit):
            return msgspec.structs.replace(state, units=state.units - {unit})
        case UnitRenamed() | UnitMoved():
            return state
        case _:
            assert_never(event)


DECIDER: Final = Decider[AnyTeamCommand, Team, TeamEvent](
    commands=(FormTeam, RenameTeam, CloseTeam),
    reads=event_types_of(TeamEvent, UnitsEvent),
    initial=Team(),
    decide=decide,
    evolve=evolve,
)


def _forming_refusals(formed: TeamFormed, state: Team) -> list[Refusal]:
    if (formed.name, formed.unit, False) == (state.name, state.unit, state.closed):
        nl, en = "Dit team is er al.", "This team is there already."
        return [Refusal(code="ALREADY_SO", nl=nl, en=en)]
    refusals = []
    if state.name is not None:
        nl = "Er is al een team met deze sleutel, met een andere naam, in een andere eenheid of gesloten."
        en = "There is a team with this key already, by another name, in another unit or closed."
        refusals.append(Refusal(code="WRONG_STATE", nl=nl, en=en, field=("teamKey",)))
    if formed.unit not in state.units:
        nl, en = "Er is geen eenheid met deze sleutel.", "There is no unit with this key."
        refusals.append(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("unitKey",)))
    return refusals


def _open_refusals(state: Team) -> list[Refusal]:
    if state.name is None:
        nl, en = "Er is geen team met deze sleutel.", "There is no team with this key."
        return [Refusal(code="NOT_FOUND", nl=nl, en=en, field=("teamKey",))]
    if state.closed:
        nl, en = "Dit team is gesloten.", "This team is closed."
        return [Refusal(code="WRONG_STATE", nl=nl, en=en, field=("teamKey",))]
    return []
