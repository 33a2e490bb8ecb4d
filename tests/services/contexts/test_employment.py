"""Commands of the HR system about a professional."""

from datetime import date

import msgspec
import pytest

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered, TeamJoined, TeamLeft
from events.catalog.portfolio.goals import GoalOfferedToTeam, GoalOfferTakenBack
from events.catalog.portfolio.sharing import ItemShared, ItemSharingEnded
from events.catalog.team import TeamClosed, TeamFormed, TeamRenamed
from kit.ids import derived_id
from rules.kinds import ItemKind
from services.contexts.employment.commands import (
    RecordEmploymentEnded,
    RecordTeamJoined,
    RecordTeamLeft,
    RegisterProfessional,
)
from services.decisions.command import Command
from tests.spec import CONTEXT, ORGANISATION, TODAY, given

FENNA = ProfessionalRegistered(name="Fenna Bakker", email="fenna@example.org")
TEAM = derived_id(ORGANISATION, "team", "kade")
FORMED = TeamFormed(name="Team Kade", unit="u")
ON = date(2026, 9, 1)
OTHER_TEAM = derived_id(ORGANISATION, "team", "dok")
JOINED = TeamJoined(team=TEAM, on=date(2026, 1, 1))
LEAVE = RecordTeamLeft(employee_number="e1", team_key="kade", on=ON)
END = RecordEmploymentEnded(employee_number="e1", on=ON)
TOMORROW = date(2026, 11, 25)
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
    given(FENNA, FORMED, TeamJoined(team=TEAM, on=ON)).when(JOIN).refused("ALREADY_SO")


def test_another_name_and_another_address_of_somebody_who_works_here_wait_for_a_word() -> None:
    other = register(name="Noor Smit", email="noor@example.org")
    given(FENNA).when(other).refused("CONFIRMATION_NEEDED", fields=["returning"])
    same = msgspec.structs.replace(other, returning="SAME_PERSON")
    given(FENNA).when(same).then(ProfessionalRegistered(name="Noor Smit", email="noor@example.org"))
    another = msgspec.structs.replace(other, returning="NEW_PERSON")
    given(FENNA).when(another).refused("WRONG_STATE", fields=["returning"])


def test_the_day_of_a_membership_is_corrected() -> None:
    other = msgspec.structs.replace(JOIN, on=date(2026, 2, 1))
    corrected = TeamJoined(team=TEAM, on=date(2026, 2, 1))
    given(FENNA, FORMED, JOINED).when(other).then(corrected)
    given(FENNA, FORMED, JOINED, corrected).when(other).refused("ALREADY_SO")
    given(FENNA, FORMED, JOINED, corrected).when(LEAVE).then(TeamLeft(team=TEAM, on=ON))


def test_nobody_joins_a_closed_team() -> None:
    given(FENNA, FORMED, TeamClosed()).when(JOIN).refused("WRONG_STATE", fields=["teamKey"])


def test_who_left_a_team_may_join_it_again() -> None:
    given(FENNA, JOINED, TeamLeft(team=TEAM, on=ON), FORMED, TeamRenamed(name="Team Haven")).when(JOIN).then(
        TeamJoined(team=TEAM, on=ON)
    )


def test_a_member_leaves_a_team_that_may_be_closed_by_then() -> None:
    given(FENNA, JOINED, FORMED).when(LEAVE).then(TeamLeft(team=TEAM, on=ON))
    given(FENNA, JOINED, FORMED, TeamClosed()).when(LEAVE).then(TeamLeft(team=TEAM, on=ON))


def test_who_is_no_member_leaves_nothing() -> None:
    given(FENNA, FORMED).when(LEAVE).refused("ALREADY_SO")
    given(FENNA, JOINED, TeamLeft(team=TEAM, on=ON), FORMED).when(LEAVE).refused("ALREADY_SO")
    given(FENNA).when(LEAVE).refused("NOT_FOUND", fields=["teamKey"])
    given(FORMED).when(LEAVE).refused("NOT_FOUND", fields=["employeeNumber"])


def test_who_leaves_the_organisation_leaves_every_team_with_it() -> None:
    other = TeamJoined(team=OTHER_TEAM, on=date(2026, 2, 1))
    given(FENNA, JOINED, other).when(END).then(
        TeamLeft(team=TEAM, on=ON), TeamLeft(team=OTHER_TEAM, on=ON), EmploymentEnded(on=ON)
    )


BOTH = (
    ItemShared(sharing="t", item="i", kind=ItemKind.TALENT, audience="team", team=TEAM, until=TODAY),
    ItemShared(sharing="p", item="i", kind=ItemKind.TALENT, audience="people", people=("q",), until=TODAY),
    GoalOfferedToTeam(goal="g", team=TEAM, wording="Wie coacht mee?"),
)


def test_what_a_team_was_shown_and_offered_ends_as_its_member_leaves() -> None:
    given(FENNA, JOINED, FORMED, *BOTH).when(LEAVE).then(
        TeamLeft(team=TEAM, on=ON),
        ItemSharingEnded(sharing="t", reason="team_left"),
        GoalOfferTakenBack(goal="g", reason="team_left"),
    )
    over = (ItemSharingEnded(sharing="t", reason="owner"), GoalOfferTakenBack(goal="g"))
    given(FENNA, JOINED, FORMED, *BOTH, *over).when(LEAVE).then(TeamLeft(team=TEAM, on=ON))
    elsewhere = RecordTeamLeft(employee_number="e1", team_key="dok", on=ON)
    other = TeamJoined(team=OTHER_TEAM, on=ON)
    given(FENNA, JOINED, other, FORMED, *BOTH).when(elsewhere).then(TeamLeft(team=OTHER_TEAM, on=ON))


def test_all_that_anybody_was_shown_ends_as_its_owner_leaves_the_organisation() -> None:
    given(FENNA, JOINED, *BOTH).when(END).then(
        TeamLeft(team=TEAM, on=ON),
        EmploymentEnded(on=ON),
        ItemSharingEnded(sharing="t", reason="employment_ended"),
        ItemSharingEnded(sharing="p", reason="employment_ended"),
        GoalOfferTakenBack(goal="g", reason="employment_ended"),
    )


def test_who_left_is_gone_until_registered_again() -> None:
    ended = EmploymentEnded(on=ON)
    given(FENNA, ended).when(END).refused("ALREADY_SO")
    given().when(END).refused("NOT_FOUND", fields=["employeeNumber"])
    given(FENNA, ended, FORMED).when(JOIN).refused("WRONG_STATE", fields=["employeeNumber"])
    given(FENNA, ended).when(register()).then(FENNA)
    given(FENNA, ended, FENNA, FORMED).when(JOIN).then(TeamJoined(team=TEAM, on=ON))


def test_nothing_is_told_before_it_is_so() -> None:
    for command in (
        RecordTeamJoined(employee_number="e1", team_key="dok", on=TOMORROW),
        RecordTeamLeft(employee_number="e1", team_key="kade", on=TOMORROW),
        RecordEmploymentEnded(employee_number="e1", on=TOMORROW),
    ):
        given(FENNA, JOINED, FORMED).when(command).refused("INVALID_INPUT", fields=["on"])


def test_an_unknown_person_and_an_unknown_team_are_told_together() -> None:
    unknown = msgspec.structs.replace(CONTEXT, person=None)
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


BACK = RegisterProfessional(employee_number="e1", name="Joris Smit", email="joris@example.org")
JORIS = ProfessionalRegistered(name="Joris Smit", email="joris@example.org")
GONE = EmploymentEnded(on=ON)


def test_a_return_under_another_name_and_another_address_waits_for_a_confirmation() -> None:
    given(FENNA, GONE).when(BACK).refused("CONFIRMATION_NEEDED", fields=["returning"])
    same = msgspec.structs.replace(BACK, returning="SAME_PERSON")
    given(FENNA, GONE).when(same).then(JORIS)


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("Fenna Bakker", "new@example.org"),
        ("FÉNNA  bakker", "new@example.org"),
        ("Fenna de Vries", "fenna@example.org"),
        ("Fenna de Vries", "Fenna@Example.org"),
    ],
)
def test_a_return_under_the_same_name_or_the_same_address_needs_none(name: str, email: str) -> None:
    back = RegisterProfessional(employee_number="e1", name=name, email=email)
    facts = ProfessionalRegistered(name=" ".join(name.split()), email=email)
    given(FENNA, GONE).when(back).then(facts)


def test_another_person_under_a_number_is_registered_once_its_holder_has_left() -> None:
    another = msgspec.structs.replace(BACK, returning="NEW_PERSON")
    given().when(another).then(JORIS)
    given(JORIS).when(another).refused("ALREADY_SO")
    given(FENNA).when(another).refused("WRONG_STATE", fields=["returning"])
    # The number names another person before this is decided, so the one who left is never registered by it.
    given(FENNA, GONE).when(another).refused("CHANGED_MEANWHILE")


def test_the_only_administrator_leaves_when_that_is_confirmed() -> None:
    only = msgspec.structs.replace(CONTEXT, only_administrator=True)
    ended = EmploymentEnded(on=ON)
    given(FENNA).when(END, only).refused("CONFIRMATION_NEEDED", fields=["confirmed"])
    given(FENNA).when(msgspec.structs.replace(END, confirmed=True), only).then(ended)
    given(FENNA).when(END).then(ended)
    given(FENNA, ended).when(END, only).refused("ALREADY_SO")
