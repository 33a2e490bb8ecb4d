"""Commands on teams."""

from events.catalog.team import TeamClosed, TeamFormed, TeamRenamed
from events.catalog.units import UnitClosed, UnitFormed, UnitMoved, UnitRenamed
from kit.ids import derived_id
from services.contexts.team.commands import CloseTeam, FormTeam, RenameTeam
from tests.spec import ORGANISATION, given

NORTH = derived_id(ORGANISATION, "unit", "north")
NORTH_FORMED = UnitFormed(unit=NORTH, name="Noord")
FORM_TEAM = FormTeam(team_key="t", name="Team Kade", unit_key="north")
RENAME = RenameTeam(team_key="t", name=" Team  Haven")
CLOSE = CloseTeam(team_key="t")
TEAM_FORMED = TeamFormed(name="Team Kade", unit=NORTH)


def test_a_team_is_formed_in_a_unit() -> None:
    given(NORTH_FORMED).when(FORM_TEAM).then(TEAM_FORMED)


def test_the_same_team_again_changes_nothing() -> None:
    given(TEAM_FORMED, NORTH_FORMED).when(FORM_TEAM).refused("ALREADY_SO")


def test_a_team_needs_its_unit_and_a_key_of_its_own() -> None:
    given().when(FORM_TEAM).refused("NOT_FOUND", fields=["unitKey"])
    other = FormTeam(team_key="t", name="Team Dok", unit_key="south")
    given(TEAM_FORMED).when(other).refused("WRONG_STATE", "NOT_FOUND", fields=["teamKey", "unitKey"])


def test_a_team_is_not_formed_in_a_closed_unit() -> None:
    closed = UnitClosed(unit=NORTH)
    given(NORTH_FORMED, closed).when(FORM_TEAM).refused("NOT_FOUND", fields=["unitKey"])
    changed = (UnitRenamed(unit=NORTH, name="N"), UnitMoved(unit=NORTH, parent="0" * 32))
    given(NORTH_FORMED, *changed).when(FORM_TEAM).then(TEAM_FORMED)


def test_a_team_is_renamed() -> None:
    renamed = TeamRenamed(name="Team Haven")
    given(TEAM_FORMED).when(RENAME).then(renamed)
    given(TEAM_FORMED, renamed).when(RENAME).refused("ALREADY_SO")
    given().when(RENAME).refused("NOT_FOUND", fields=["teamKey"])


def test_a_team_is_closed_for_good() -> None:
    given(TEAM_FORMED).when(CLOSE).then(TeamClosed())
    given().when(CLOSE).refused("NOT_FOUND", fields=["teamKey"])
    given(TEAM_FORMED, TeamClosed()).when(CLOSE).refused("ALREADY_SO")
    given(TEAM_FORMED, TeamClosed()).when(RENAME).refused("WRONG_STATE", fields=["teamKey"])
    given(TEAM_FORMED, TeamClosed(), NORTH_FORMED).when(FORM_TEAM).refused("WRONG_STATE", fields=["teamKey"])


def test_input_that_can_not_be_is_refused_field_by_field() -> None:
    command = FormTeam(team_key="t ", name="x" * 121, unit_key="u\n")
    assert [".".join(refusal.field) for refusal in command.refusals()] == ["teamKey", "name", "unitKey"]
