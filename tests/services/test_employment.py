"""What HR tells about a professional."""

from datetime import date

import pytest

from events.catalog.employment import ProfessionalRegistered, TeamJoined
from events.catalog.team import TeamFormed
from kit.ids import derived_id
from services.deciding import Command, Ids
from services.employment.commands import RecordTeamJoined, RegisterProfessional
from tests.spec import NEW, ORGANISATION, TODAY, given

FENNA = ProfessionalRegistered(name="Fenna Bakker", email="fenna@example.org")
TEAM = derived_id(ORGANISATION, "team", "kade")
FORMED = TeamFormed(name="Team Kade", unit="u")
ON = date(2026, 9, 1)
JOIN = RecordTeamJoined(employee_number="e1", team_key="kade", on=ON)


def register(number: str = "e1", name: str = "Fenna Bakker", email: str = "fenna@example.org") -> Command:
    return RegisterProfessional(employee_number=number, name=name, email=email)


def test_a_professional_is_registered() -> None:
    given().when(register()).then(FENNA)


def test_the_same_facts_again_change_nothing() -> None:
    given(FENNA).when(register()).refused("ALREADY_SO")
    given(FENNA).when(register(name=" Fenna  Bakker ")).refused("ALREADY_SO")


def test_other_facts_hold_from_now_on() -> None:
    given(FENNA).when(register(name="Fenna Smit")).then(
        ProfessionalRegistered(name="Fenna Smit", email="fenna@example.org")
    )


def test_a_professional_joins_a_team_that_exists() -> None:
    given(FENNA, FORMED).when(JOIN).then(TeamJoined(team=TEAM, on=ON))


def test_nobody_joins_a_team_twice() -> None:
    given(FENNA, FORMED, TeamJoined(team=TEAM, on=date(2026, 1, 1))).when(JOIN).refused("ALREADY_SO")


def test_an_unknown_person_and_an_unknown_team_are_told_together() -> None:
    unknown = Ids(new=NEW, organisation=ORGANISATION, person=None, today=TODAY)
    given().when(JOIN, unknown).refused("NOT_FOUND", "NOT_FOUND", fields=["employeeNumber", "teamKey"])
    given(FENNA).when(JOIN).refused("NOT_FOUND", fields=["teamKey"])
    given(FORMED).when(JOIN).refused("NOT_FOUND", fields=["employeeNumber"])


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (register(number=""), ["employeeNumber"]),
        (register(number=" e1"), ["employeeNumber"]),
        (register(name=" ", email="nobody"), ["name", "email"]),
        (register(email="a b@example.org"), ["email"]),
        (register(email="a@b"), ["email"]),
        (RecordTeamJoined(employee_number="x" * 65, team_key="", on=ON), ["employeeNumber", "teamKey"]),
    ],
)
def test_input_that_can_not_be_is_refused_field_by_field(command: Command, fields: list[str]) -> None:
    assert [".".join(refusal.field) for refusal in command.refusals()] == fields
