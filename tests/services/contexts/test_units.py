"""What may happen to units and roles."""

import pytest

from events.catalog.policy import OrganisationFounded, RoleGranted, RoleWithdrawn
from events.catalog.units import UnitClosed, UnitFormed, UnitMoved, UnitRenamed
from kit.ids import derived_id
from rules.access import NEVER_GRANTED, Role
from services.deciding import Command, Ids
from services.organisation.commands import (
    CloseUnit,
    FormUnit,
    GrantRole,
    MoveUnit,
    RenameUnit,
    WithdrawRole,
)
from tests.spec import NEW, ORGANISATION, PERSON, TODAY, given

NORTH = derived_id(ORGANISATION, "unit", "north")
QUAY = derived_id(ORGANISATION, "unit", "quay")
NORTH_FORMED = UnitFormed(unit=NORTH, name="Noord")
FORM_NORTH = FormUnit(unit_key="north", name="Noord")
FORM_QUAY = FormUnit(unit_key="quay", name="Kade", parent_key="north")
FOUNDED = OrganisationFounded(name="MEE")


def granted(role: str, person: str = PERSON) -> RoleGranted:
    return RoleGranted(grant=f"g-{role}", person=person, role=role)


def grant(role: Role, subject: str = "e1") -> GrantRole:
    return GrantRole(role=role, subject=subject)


def test_a_unit_is_formed_at_the_top_or_under_another() -> None:
    given().when(FORM_NORTH).then(NORTH_FORMED)
    given(NORTH_FORMED).when(FORM_QUAY).then(UnitFormed(unit=QUAY, name="Kade", parent=NORTH))


def test_the_same_unit_again_changes_nothing() -> None:
    given(NORTH_FORMED).when(FORM_NORTH).refused("ALREADY_SO")


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


def test_a_role_is_withdrawn_and_may_be_granted_again() -> None:
    withdraw = WithdrawRole(role_grant_id="g-HR")
    gone = RoleWithdrawn(grant="g-HR")
    given(FOUNDED, granted("HR")).when(withdraw).then(gone)
    given(FOUNDED, granted("HR"), gone).when(withdraw).refused("ALREADY_SO")
    given(FOUNDED).when(withdraw).refused("NOT_FOUND", fields=["roleGrantId"])
    given(FOUNDED, granted("HR"), gone).when(grant(Role.HR)).then(
        RoleGranted(grant=NEW, person=PERSON, role="HR")
    )
    given(FOUNDED, granted("AUDITOR"), RoleWithdrawn(grant="g-AUDITOR")).when(
        grant(Role.PRIVACY_OFFICER)
    ).then(RoleGranted(grant=NEW, person=PERSON, role="PRIVACY_OFFICER"))


def test_the_last_administrator_stays() -> None:
    withdraw = WithdrawRole(role_grant_id="g-ADMINISTRATOR")
    other = RoleGranted(grant="g2", person="f" * 32, role="ADMINISTRATOR")
    given(FOUNDED, granted("ADMINISTRATOR")).when(withdraw).refused("WRONG_STATE")
    given(FOUNDED, granted("ADMINISTRATOR"), other).when(withdraw).then(
        RoleWithdrawn(grant="g-ADMINISTRATOR")
    )


def test_a_role_is_granted() -> None:
    given(FOUNDED).when(grant(Role.HR)).then(RoleGranted(grant=NEW, person=PERSON, role="HR"))
    given(FOUNDED, granted("HR")).when(grant(Role.BOARD)).then(
        RoleGranted(grant=NEW, person=PERSON, role="BOARD")
    )


def test_a_role_is_granted_to_one_person_once() -> None:
    given(FOUNDED, granted("HR")).when(grant(Role.HR)).refused("ALREADY_SO")
    given(FOUNDED, granted("HR", person="f" * 32)).when(grant(Role.HR)).then(
        RoleGranted(grant=NEW, person=PERSON, role="HR")
    )


@pytest.mark.parametrize(
    ("held", "asked"), [("AUDITOR", Role.PRIVACY_OFFICER), ("PRIVACY_OFFICER", Role.AUDITOR)]
)
def test_auditor_and_privacy_officer_are_never_in_one_hand(held: str, asked: Role) -> None:
    given(FOUNDED, granted(held)).when(grant(asked)).refused("ROLES_CONFLICT", fields=["role"])


def test_a_role_for_nobody_is_refused() -> None:
    nobody = Ids(new=NEW, organisation=ORGANISATION, person=None, today=TODAY)
    given(FOUNDED).when(grant(Role.HR), nobody).refused("NOT_FOUND")


def test_a_role_this_program_does_not_know_is_held_by_nobody() -> None:
    given(FOUNDED, granted("FUTURE_ROLE")).when(grant(Role.HR)).then(
        RoleGranted(grant=NEW, person=PERSON, role="HR")
    )


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        *((grant(role), ["role"]) for role in sorted(NEVER_GRANTED, key=lambda role: role.name)),
        (grant(Role.HR, ""), ["subject"]),
        (FormUnit(unit_key="", name="", parent_key=" "), ["unitKey", "name", "parentKey"]),
    ],
)
def test_input_that_can_not_be_is_refused_field_by_field(command: Command, fields: list[str]) -> None:
    assert [".".join(refusal.field) for refusal in command.refusals()] == fields
