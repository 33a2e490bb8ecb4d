"""Commands on units."""

import msgspec
import pytest

from events.catalog.units import (
    TeamPlaced,
    UnitClosed,
    UnitFormed,
    UnitKeyNoted,
    UnitMoved,
    UnitRenamed,
    UnitReopened,
)
from kit.ids import derived_id
from services.contexts.units.commands import (
    CloseUnit,
    FormUnit,
    MoveUnit,
    PlaceTeam,
    RenameUnit,
    ReopenUnit,
)
from services.decisions.command import Command, DecisionContext, TeamSeen
from tests.spec import CONTEXT, ORGANISATION, given

NORTH = derived_id(ORGANISATION, "unit", "north")


QUAY = derived_id(ORGANISATION, "unit", "quay")


NORTH_FORMED = UnitFormed(unit=NORTH, name="Noord", key="north")


FORM_NORTH = FormUnit(unit_key="north", name="Noord")


FORM_QUAY = FormUnit(unit_key="quay", name="Kade", parent_key="north")


def test_a_unit_is_formed_at_the_top_or_under_another() -> None:
    given().when(FORM_NORTH).then(NORTH_FORMED)
    given(NORTH_FORMED).when(FORM_QUAY).then(UnitFormed(unit=QUAY, name="Kade", parent=NORTH, key="quay"))


def test_the_same_unit_again_changes_nothing() -> None:
    given(NORTH_FORMED).when(FORM_NORTH).refused("ALREADY_SO")


def test_a_unit_that_was_formed_before_keys_were_recorded_gets_its_key() -> None:
    old, noted = UnitFormed(unit=NORTH, name="Noord"), UnitKeyNoted(unit=NORTH, key="north")
    given(old).when(FORM_NORTH).then(noted)
    given(old, noted).when(FORM_NORTH).refused("ALREADY_SO")
    given(old, UnitClosed(unit=NORTH)).when(FORM_NORTH).refused("WRONG_STATE", fields=["unitKey"])


def test_a_unit_needs_its_parent() -> None:
    given().when(FORM_QUAY).refused("NOT_FOUND", fields=["parentKey"])
    own = FormUnit(unit_key="north", name="Noord", parent_key="north")
    given().when(own).refused("NOT_FOUND", fields=["parentKey"])


def test_a_key_names_one_unit() -> None:
    other = FormUnit(unit_key="north", name="Zuid", parent_key="nowhere")
    given(NORTH_FORMED).when(other).refused("WRONG_STATE", "NOT_FOUND", fields=["unitKey", "parentKey"])


def test_a_unit_is_renamed() -> None:
    rename = RenameUnit(unit_key="north", name="Noordoost")
    renamed = UnitRenamed(unit=NORTH, name="Noordoost")
    given(NORTH_FORMED).when(rename).then(renamed)
    given(NORTH_FORMED, renamed).when(rename).refused("ALREADY_SO")
    given().when(rename).refused("NOT_FOUND", fields=["unitKey"])
    given(NORTH_FORMED, UnitClosed(unit=NORTH)).when(rename).refused("WRONG_STATE", fields=["unitKey"])


def test_a_unit_moves_but_never_under_itself() -> None:
    top = UnitFormed(unit=QUAY, name="Kade")
    move = MoveUnit(unit_key="quay", parent_key="north")
    given(NORTH_FORMED, top).when(move).then(UnitMoved(unit=QUAY, parent=NORTH))
    given(NORTH_FORMED, top, UnitMoved(unit=QUAY, parent=NORTH)).when(move).refused("ALREADY_SO")
    given(top).when(move).refused("NOT_FOUND", fields=["parentKey"])
    given(NORTH_FORMED).when(move).refused("NOT_FOUND", fields=["unitKey"])
    below = UnitFormed(unit=QUAY, name="Kade", parent=NORTH)
    for parent in ("north", "quay"):
        command = MoveUnit(unit_key="north", parent_key=parent)
        given(NORTH_FORMED, below).when(command).refused("WRONG_STATE", fields=["parentKey"])


def test_a_unit_is_closed_once_nothing_is_below_it() -> None:
    below = UnitFormed(unit=QUAY, name="Kade", parent=NORTH)
    close = CloseUnit(unit_key="north")
    given(NORTH_FORMED, below).when(close).refused("WRONG_STATE", fields=["unitKey"])
    given(NORTH_FORMED, below, UnitClosed(unit=QUAY)).when(close).then(UnitClosed(unit=NORTH))
    given(NORTH_FORMED, UnitClosed(unit=NORTH)).when(close).refused("ALREADY_SO")
    given().when(close).refused("NOT_FOUND", fields=["unitKey"])
    given(NORTH_FORMED, UnitClosed(unit=NORTH)).when(FORM_NORTH).refused("WRONG_STATE", fields=["unitKey"])


def test_a_unit_moves_to_the_top() -> None:
    below = UnitFormed(unit=QUAY, name="Kade", parent=NORTH)
    up = MoveUnit(unit_key="quay", parent_key=None)
    given(NORTH_FORMED, below).when(up).then(UnitMoved(unit=QUAY, parent=None))
    given(NORTH_FORMED, below, UnitMoved(unit=QUAY)).when(up).refused("ALREADY_SO")


def test_a_closed_unit_is_opened_again_where_what_is_above_it_is_open() -> None:
    below = UnitFormed(unit=QUAY, name="Kade", parent=NORTH)
    reopen = ReopenUnit(unit_key="quay")
    closed = (NORTH_FORMED, below, UnitClosed(unit=QUAY))
    given(*closed).when(reopen).then(UnitReopened(unit=QUAY))
    given(*closed, UnitReopened(unit=QUAY)).when(reopen).refused("ALREADY_SO")
    given(*closed, UnitReopened(unit=QUAY)).when(CloseUnit(unit_key="quay")).then(UnitClosed(unit=QUAY))
    given().when(reopen).refused("NOT_FOUND", fields=["unitKey"])
    given(*closed, UnitClosed(unit=NORTH)).when(reopen).refused("WRONG_STATE", fields=["unitKey"])
    up = MoveUnit(unit_key="quay", parent_key=None)
    given(*closed, UnitClosed(unit=NORTH)).when(up).then(UnitMoved(unit=QUAY))
    given(*closed, UnitClosed(unit=NORTH), UnitMoved(unit=QUAY)).when(reopen).then(UnitReopened(unit=QUAY))


TEAM = "7" * 32
CLOSE_NORTH = CloseUnit(unit_key="north")


def seeing(version: int, open_in: str | None) -> DecisionContext:
    return msgspec.structs.replace(CONTEXT, teams={TEAM: TeamSeen(version=version, open_in=open_in)})


def test_a_unit_is_not_closed_over_a_team_that_is_open_or_may_still_get_there() -> None:
    placed = TeamPlaced(unit=NORTH, team=TEAM, after=3)
    for blocking in (CONTEXT, seeing(4, NORTH), seeing(3, None), seeing(3, QUAY)):
        given(NORTH_FORMED, placed).when(CLOSE_NORTH, blocking).refused("WRONG_STATE", fields=["unitKey"])
    for elsewhere in (seeing(4, None), seeing(4, QUAY)):
        given(NORTH_FORMED, placed).when(CLOSE_NORTH, elsewhere).then(UnitClosed(unit=NORTH))


def test_a_team_is_placed_in_an_open_unit_once_for_each_version_of_it() -> None:
    place = PlaceTeam(unit=NORTH, team=TEAM, after=3)
    placed = TeamPlaced(unit=NORTH, team=TEAM, after=3)
    given(NORTH_FORMED).when(place).then(placed)
    given(NORTH_FORMED, placed).when(place).refused("ALREADY_SO")
    later = TeamPlaced(unit=NORTH, team=TEAM, after=5)
    given(NORTH_FORMED, placed).when(PlaceTeam(unit=NORTH, team=TEAM, after=5)).then(later)
    given().when(place).refused("NOT_FOUND", fields=["unitKey"])
    given(NORTH_FORMED, UnitClosed(unit=NORTH)).when(place).refused("WRONG_STATE", fields=["unitKey"])


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (FormUnit(unit_key="", name="", parent_key=" "), ["unitKey", "name", "parentKey"]),
    ],
)
def test_input_that_can_not_be_is_refused_field_by_field(command: Command, fields: list[str]) -> None:
    assert [".".join(refusal.field) for refusal in command.refusals()] == fields
