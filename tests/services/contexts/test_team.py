"""Commands on teams."""

from events.catalog.team import TeamClosed, TeamFormed, TeamKeyNoted, TeamMoved, TeamRenamed, TeamReopened
from kit.ids import derived_id
from services.contexts.team.commands import CloseTeam, FormTeam, MoveTeam, RenameTeam, ReopenTeam
from tests.spec import ORGANISATION, given

NORTH = derived_id(ORGANISATION, "unit", "north")
SOUTH = derived_id(ORGANISATION, "unit", "south")
FORM_TEAM = FormTeam(team_key="t", name="Team Kade", unit_key="north")
RENAME = RenameTeam(team_key="t", name=" Team  Haven")
CLOSE = CloseTeam(team_key="t")
TEAM_FORMED = TeamFormed(name="Team Kade", unit=NORTH, key="t")


def test_a_team_is_formed_in_a_unit() -> None:
    given().when(FORM_TEAM).then(TEAM_FORMED)


def test_the_same_team_again_changes_nothing() -> None:
    given(TEAM_FORMED).when(FORM_TEAM).refused("ALREADY_SO")


def test_a_team_that_was_formed_before_keys_were_recorded_gets_its_key() -> None:
    old = TeamFormed(name="Team Kade", unit=NORTH)
    given(old).when(FORM_TEAM).then(TeamKeyNoted(key="t"))
    given(old, TeamKeyNoted(key="t")).when(FORM_TEAM).refused("ALREADY_SO")


def test_a_team_needs_a_key_of_its_own() -> None:
    other = FormTeam(team_key="t", name="Team Dok", unit_key="south")
    given(TEAM_FORMED).when(other).refused("WRONG_STATE", fields=["teamKey"])


def test_a_team_moves_to_another_unit_also_when_it_is_closed() -> None:
    move = MoveTeam(team_key="t", unit_key="south")
    given(TEAM_FORMED).when(move).then(TeamMoved(unit=SOUTH))
    given(TEAM_FORMED, TeamMoved(unit=SOUTH)).when(move).refused("ALREADY_SO")
    given(TEAM_FORMED, TeamClosed()).when(move).then(TeamMoved(unit=SOUTH))
    given().when(move).refused("NOT_FOUND", fields=["teamKey"])


def test_a_closed_team_is_opened_again() -> None:
    reopen = ReopenTeam(team_key="t")
    given(TEAM_FORMED, TeamClosed()).when(reopen).then(TeamReopened())
    given(TEAM_FORMED, TeamClosed(), TeamReopened()).when(RENAME).then(TeamRenamed(name="Team Haven"))
    given(TEAM_FORMED).when(reopen).refused("ALREADY_SO")
    given().when(reopen).refused("NOT_FOUND", fields=["teamKey"])


def test_a_team_is_renamed() -> None:
    renamed = TeamRenamed(name="Team Haven")
    given(TEAM_FORMED).when(RENAME).then(renamed)
    given(TEAM_FORMED, renamed).when(RENAME).refused("ALREADY_SO")
    given().when(RENAME).refused("NOT_FOUND", fields=["teamKey"])


def test_a_team_is_closed_once() -> None:
    given(TEAM_FORMED).when(CLOSE).then(TeamClosed())
    given().when(CLOSE).refused("NOT_FOUND", fields=["teamKey"])
    given(TEAM_FORMED, TeamClosed()).when(CLOSE).refused("ALREADY_SO")
    given(TEAM_FORMED, TeamClosed()).when(RENAME).refused("WRONG_STATE", fields=["teamKey"])
    given(TEAM_FORMED, TeamClosed()).when(FORM_TEAM).refused("WRONG_STATE", fields=["teamKey"])


def test_input_that_can_not_be_is_refused_field_by_field() -> None:
    command = FormTeam(team_key="t ", name="x" * 121, unit_key="u\n")
    assert [".".join(refusal.field) for refusal in command.refusals()] == ["teamKey", "name", "unitKey"]
