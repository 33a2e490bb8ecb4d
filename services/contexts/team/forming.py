"""Decides on the forming, naming, moving and closing of teams, which the HR system reports."""

from typing import assert_never

from msgspec.structs import replace

from events.catalog.team import (
    TeamClosed,
    TeamFormed,
    TeamKeyNoted,
    TeamLifeEvent,
    TeamMoved,
    TeamRenamed,
    TeamReopened,
)
from rules.commands import Refusal
from services.contexts.team.commands import (
    AnyTeamCommand,
    CloseTeam,
    FormTeam,
    MoveTeam,
    RenameTeam,
    ReopenTeam,
)
from services.contexts.team.state import Team
from services.decisions.command import DecisionContext
from services.decisions.refusals import RejectedError, reject_if
from services.decisions.validation import one_line


def decide_forming(
    command: AnyTeamCommand, state: Team, context: DecisionContext
) -> tuple[TeamLifeEvent, ...]:
    """
    Return the events of the command. Raises RejectedError.

    That the team's unit is there and open is decided in the units' own stream, where the team is placed
    before these events are appended: services/handling/context/team_places.py.
    """
    match command:
        case FormTeam():
            name, unit = one_line(command.name), command.unit(context)
            formed = TeamFormed(name=name, unit=unit, key=command.team_key)
            if _is_open_as(state, name, unit, key=None):  # formed before keys were recorded
                return (TeamKeyNoted(key=command.team_key),)
            reject_if(_forming_refusals(formed, state))
            return (formed,)
        case RenameTeam():
            renamed = TeamRenamed(name=one_line(command.name))
            reject_if(_open_refusals(state))
            if renamed.name == state.name:
                nl, en = "Dit team heet al zo.", "This team has this name already."
                raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
            return (renamed,)
        case MoveTeam():
            moved = TeamMoved(unit=command.unit(context))
            nl, en = "Dit team zit daar al.", "This team is there already."
            reject_if(_change_refusals(state, nl, en, so_already=moved.unit == state.unit))
            return (moved,)
        case ReopenTeam():
            nl, en = "Dit team is open.", "This team is open."
            reject_if(_change_refusals(state, nl, en, so_already=not state.closed))
            return (TeamReopened(),)
        case CloseTeam():
            if state.closed:
                nl, en = "Dit team is al gesloten.", "This team is closed already."
                raise RejectedError(Refusal(code="ALREADY_SO", nl=nl, en=en))
            reject_if(_open_refusals(state))
            return (TeamClosed(),)
        case _:
            assert_never(command)


def evolve_forming(state: Team, event: TeamLifeEvent) -> Team:
    match event:
        case TeamFormed(name=name, unit=unit, key=key):
            return replace(state, name=name, unit=unit, key=key)
        case TeamKeyNoted(key=key):
            return replace(state, key=key)
        case TeamRenamed(name=name):
            return replace(state, name=name)
        case TeamMoved(unit=unit):
            return replace(state, unit=unit)
        case TeamClosed():
            return replace(state, closed=True)
        case TeamReopened():
            return replace(state, closed=False)
        case _:
            assert_never(event)


def _is_open_as(state: Team, name: str, unit: str, *, key: str | None) -> bool:
    return not state.closed and (state.name, state.unit, state.key) == (name, unit, key)


def _forming_refusals(formed: TeamFormed, state: Team) -> list[Refusal]:
    if _is_open_as(state, formed.name, formed.unit, key=formed.key):
        nl, en = "Dit team is er al.", "This team is there already."
        return [Refusal(code="ALREADY_SO", nl=nl, en=en)]
    if state.name is not None:
        nl = "Er is al een team met deze sleutel, met een andere naam, in een andere eenheid of gesloten."
        en = "There is a team with this key already, by another name, in another unit or closed."
        return [Refusal(code="WRONG_STATE", nl=nl, en=en, field=("teamKey",))]
    return []


def _change_refusals(state: Team, nl: str, en: str, *, so_already: bool) -> list[Refusal]:
    if state.name is None:
        return [_no_team()]
    return [Refusal(code="ALREADY_SO", nl=nl, en=en)] if so_already else []


def _open_refusals(state: Team) -> list[Refusal]:
    if state.name is None:
        return [_no_team()]
    if state.closed:
        nl, en = "Dit team is gesloten.", "This team is closed."
        return [Refusal(code="WRONG_STATE", nl=nl, en=en, field=("teamKey",))]
    return []


def _no_team() -> Refusal:
    nl, en = "Er is geen team met deze sleutel.", "There is no team with this key."
    return Refusal(code="NOT_FOUND", nl=nl, en=en, field=("teamKey",))
