"""Commands on role grants."""

from itertools import permutations

import msgspec
import pytest

from events.catalog.policy import OrganisationFounded, RoleGranted, RoleWithdrawn
from rules.access.roles import GRANTABLE, NEVER_GRANTED, Role
from services.contexts.policy.commands import GrantRole, WithdrawRole
from services.decisions.command import Command
from tests.spec import CONTEXT, NEW, PERSON, given

FOUNDED = OrganisationFounded(name="MEE")


def granted(role: str, person: str = PERSON) -> RoleGranted:
    return RoleGranted(grant=f"g-{role}", person=person, role=role)


def grant(role: Role, subject: str = "e1") -> GrantRole:
    return GrantRole(role=role, subject=subject)


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


def test_roles_that_control_each_other_are_never_in_one_hand() -> None:
    """Every pair of roles, in both orders: only those named here are refused."""
    pairs = {
        frozenset({Role.ADMINISTRATOR, Role.WORKS_COUNCIL}),
        frozenset({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER}),
        frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
        frozenset({Role.PRIVACY_OFFICER, Role.AUDITOR}),
    }
    for held, asked in permutations(GRANTABLE, 2):
        when = given(FOUNDED, granted(held.name)).when(grant(asked))
        if frozenset({held, asked}) in pairs:
            when.refused("ROLES_CONFLICT", fields=["role"])
        else:
            when.then(RoleGranted(grant=NEW, person=PERSON, role=asked.name))


def test_what_an_older_log_granted_into_one_hand_is_still_held_and_can_be_withdrawn() -> None:
    both = (granted("ADMINISTRATOR"), granted("AUDITOR"))
    other = granted("ADMINISTRATOR", person="f" * 32)
    given(FOUNDED, *both).when(grant(Role.AUDITOR)).refused("ALREADY_SO", "ROLES_CONFLICT")
    given(FOUNDED, *both, other).when(WithdrawRole(role_grant_id="g-AUDITOR")).then(
        RoleWithdrawn(grant="g-AUDITOR")
    )


@pytest.mark.parametrize("role", sorted(GRANTABLE, key=str))
def test_nobody_grants_a_role_to_oneself(role: Role) -> None:
    to_oneself = msgspec.structs.replace(CONTEXT, sender=PERSON)
    given(FOUNDED).when(grant(role), to_oneself).refused("ROLES_CONFLICT", fields=["subject"])
    given(FOUNDED, granted("ADMINISTRATOR")).when(grant(Role.AUDITOR), to_oneself).refused(
        "ROLES_CONFLICT", "ROLES_CONFLICT", fields=["subject", "role"]
    )


def test_a_grant_that_ended_with_the_employment_counts_no_more() -> None:
    over = msgspec.structs.replace(CONTEXT, grants_over=frozenset({"g-AUDITOR", "g2"}))
    asked = RoleGranted(grant=NEW, person=PERSON, role="PRIVACY_OFFICER")
    given(FOUNDED, granted("AUDITOR")).when(grant(Role.PRIVACY_OFFICER), over).then(asked)
    again = RoleGranted(grant=NEW, person=PERSON, role="AUDITOR")
    given(FOUNDED, granted("AUDITOR")).when(grant(Role.AUDITOR), over).then(again)
    gone = RoleGranted(grant="g2", person="f" * 32, role="ADMINISTRATOR")
    administrators = given(FOUNDED, granted("ADMINISTRATOR"), gone)
    administrators.when(WithdrawRole(role_grant_id="g-ADMINISTRATOR"), over).refused("WRONG_STATE")
    administrators.when(WithdrawRole(role_grant_id="g2"), over).then(RoleWithdrawn(grant="g2"))


def test_a_role_for_who_left_is_refused() -> None:
    left = msgspec.structs.replace(CONTEXT, person_left=True)
    given(FOUNDED).when(grant(Role.HR), left).refused("WRONG_STATE", fields=["subject"])


def test_a_role_for_nobody_is_refused() -> None:
    nobody = msgspec.structs.replace(CONTEXT, person=None)
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
    ],
)
def test_input_that_can_not_be_is_refused_field_by_field(command: Command, fields: list[str]) -> None:
    assert [".".join(refusal.field) for refusal in command.refusals()] == fields
