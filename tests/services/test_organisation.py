"""What may happen to units and roles."""

import pytest

from events.catalog.policy import OrganisationFounded, RoleGranted
from events.catalog.units import UnitFormed
from kit.ids import derived_id
from rules.access import NEVER_GRANTED, Role
from services.deciding import Command, Ids
from services.organisation.commands import FormUnit, GrantRole
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
