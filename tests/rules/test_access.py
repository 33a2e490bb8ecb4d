"""Access: the roles of every root field, and denial of fields without a decision."""

import re
from datetime import date, timedelta
from itertools import product

import msgspec
import pytest

from rules.access.decisions import ROOT_FIELDS, UndecidedFieldError, may_ask, roles_for
from rules.access.roles import (
    GRANTABLE,
    NEVER_GRANTED,
    Employment,
    Role,
    conflicting,
    keeps_portfolio,
    roles_held,
)
from services.contexts.catalogue.decider import DECIDER as CATALOGUE
from services.contexts.employment.decider import DECIDER as EMPLOYMENT
from services.contexts.lenses.decider import DECIDER as LENSES
from services.contexts.portfolio.decider import DECIDER as PORTFOLIO
from services.contexts.rollout.decider import DECIDER as ROLLOUT
from services.contexts.rounds.decider import DECIDER as ROUNDS
from services.contexts.units.decider import DECIDER as UNITS
from services.decisions.decider import AnyDecider
from services.handling.registry import command_names


def public_names(decider: AnyDecider) -> list[str]:
    return [command.wire_name() for command in decider.commands if not command.by_process]


_OFFICES = "WORKS_COUNCIL PRIVACY_OFFICER CONFIDENTIAL_ADVISER AUDITOR ADMINISTRATOR HR_FEED"
_ALL_BUT_RATER = f"PROFESSIONAL WORKING_GROUP HR BOARD {_OFFICES}"
EXPECTED = {
    "viewer": _ALL_BUT_RATER,
    "organisation": _ALL_BUT_RATER,
    "command": f"PROFESSIONAL RATER WORKING_GROUP {_OFFICES}",
    "me": "PROFESSIONAL",
    "colleagues": "PROFESSIONAL",
    "portfolioChanged": "PROFESSIONAL",
    "team": "PROFESSIONAL",
    "finder": "PROFESSIONAL HR BOARD",
    "roleGrants": "WORKS_COUNCIL AUDITOR ADMINISTRATOR",
    "talentCatalogue": "PROFESSIONAL WORKING_GROUP HR BOARD WORKS_COUNCIL AUDITOR",
    **dict.fromkeys(public_names(CATALOGUE), "WORKING_GROUP"),
    "proposeTerm": "PROFESSIONAL WORKING_GROUP",
    "lenses": "PROFESSIONAL WORKING_GROUP WORKS_COUNCIL AUDITOR",
    "lensDrafts": "WORKING_GROUP",
    "lensQuality": "WORKING_GROUP WORKS_COUNCIL",
    **dict.fromkeys(public_names(LENSES), "WORKING_GROUP"),
    "checkpoints": "WORKS_COUNCIL AUDITOR",
    "adoptPolicy": "ADMINISTRATOR",
    "recordWorksCouncilConsent": "WORKS_COUNCIL",
    "withdrawWorksCouncilConsent": "WORKS_COUNCIL",
    "recordDpia": "PRIVACY_OFFICER",
    "grantRole": "ADMINISTRATOR",
    "withdrawRole": "ADMINISTRATOR",
    # A round is its subject's; a rater has the invitation alone, the adviser what a subject flagged.
    **dict.fromkeys(("round", *public_names(ROUNDS)), "PROFESSIONAL"),
    **dict.fromkeys(("invitation", "submitFeedback"), "RATER"),
    **dict.fromkeys(
        ("flaggedComments", "invitationLetters", "maskComment", "confirmLetters"), "CONFIDENTIAL_ADVISER"
    ),
    # What members do in a team, and nobody in any other role.
    **dict.fromkeys(("adoptJointGoal", "noteJointGoalProgress", "reachJointGoal"), "PROFESSIONAL"),
    **dict.fromkeys(("offerWork", "volunteerForWork", "takeUpWork", "handBackWork"), "PROFESSIONAL"),
    "recordTeamSession": "PROFESSIONAL",
    "rollout": "PROFESSIONAL WORKING_GROUP WORKS_COUNCIL",
    **dict.fromkeys(public_names(ROLLOUT), "PROFESSIONAL"),
    "publishMaterial": "WORKING_GROUP",
    # What the organisation is good at, without a person; the auditor recomputes a release and needs no push.
    **dict.fromkeys(("capabilities", "capabilityReleases"), "HR BOARD WORKS_COUNCIL AUDITOR"),
    "capabilityReleased": "HR BOARD WORKS_COUNCIL",
    # Commands on a portfolio are for its owner only, and those about employment for the HR system only.
    **dict.fromkeys(public_names(PORTFOLIO), "PROFESSIONAL"),
    **{name: "HR_FEED" for decider in (EMPLOYMENT, UNITS) for name in public_names(decider)},
    **dict.fromkeys(("formTeam", "renameTeam", "moveTeam", "closeTeam", "reopenTeam"), "HR_FEED"),
    # An auditor never opens anything: the owner does, or the privacy officer (privacy rule 22).
    **dict.fromkeys(
        (
            "auditStreams",
            "auditReplay",
            "auditReplayed",
            "recomputation",
            "startAuditReplay",
            "finishAuditReplay",
        ),
        "AUDITOR",
    ),
    **dict.fromkeys(("grantAuditAccess", "endAuditAccess"), "PROFESSIONAL"),
    **dict.fromkeys(("auditGroundRequests", "recordAuditGround"), "PRIVACY_OFFICER"),
}
"""The roles, in the order of the schema."""


@pytest.mark.parametrize(("field", "role"), list(product(ROOT_FIELDS, Role)))
def test_a_role_that_is_held_may_ask_what_the_schema_says_and_nothing_else(field: str, role: Role) -> None:
    assert may_ask(field, role, held=frozenset(Role)) is (role.name in EXPECTED[field].split())


@pytest.mark.parametrize(("field", "role"), list(product(ROOT_FIELDS, Role)))
def test_a_role_that_is_not_held_may_ask_nothing(field: str, role: Role) -> None:
    assert not may_ask(field, role, held=frozenset(Role) - {role})
    assert not may_ask(field, role, held=frozenset())


def test_the_directive_lists_roles_in_the_order_of_the_schema() -> None:
    assert {field: " ".join(role.name for role in roles) for field, roles in ROOT_FIELDS.items()} == EXPECTED


def test_a_field_without_a_decision_is_an_error_and_denied() -> None:
    with pytest.raises(UndecidedFieldError, match="salary"):
        roles_for("salary")
    assert not may_ask("salary", Role.ADMINISTRATOR, held=frozenset(Role))


def test_every_command_has_a_decision() -> None:
    assert all(roles_for(name) for name in command_names())
    assert all(re.fullmatch(r"[a-z]+[A-Za-z]*", name) for name in command_names())


DAY = date(2026, 11, 24)
HERE = Employment()
GONE = Employment(left_on=DAY, left_recorded_on=DAY)


def held(
    *granted: Role, on: date = DAY, employment: Employment | None = None, today: date = DAY
) -> frozenset[Role]:
    grants = [(role, on) for role in granted]
    return roles_held(grants=grants, employment=employment, days=90, today=today)


def test_working_here_makes_a_professional_and_nothing_else_does() -> None:
    assert held(employment=HERE) == {Role.PROFESSIONAL}
    assert held(Role.HR) == {Role.HR}
    assert held(Role.HR, employment=HERE) == {Role.HR, Role.PROFESSIONAL}
    assert held(*NEVER_GRANTED) == set()


def test_granted_roles_end_with_the_employment_and_not_for_who_never_had_one() -> None:
    assert held(*GRANTABLE, employment=GONE) == {Role.PROFESSIONAL}
    assert held(*GRANTABLE, employment=GONE, today=DAY + timedelta(days=91)) == set()
    assert held(*GRANTABLE) == GRANTABLE


def test_a_role_of_before_the_leaving_is_not_held_again_after_a_return() -> None:
    back = msgspec.structs.replace(GONE, returned_on=DAY + timedelta(days=30))
    for on in (DAY, DAY + timedelta(days=29)):
        assert held(Role.HR, on=on, employment=back) == {Role.PROFESSIONAL}
    for on in (DAY + timedelta(days=30), DAY + timedelta(days=31)):
        assert held(Role.HR, on=on, employment=back) == {Role.HR, Role.PROFESSIONAL}


@pytest.mark.parametrize("recorded_late_by", [-3, 0, 1, 80, 90, 91, 2_000])
def test_a_leaving_that_is_recorded_late_takes_no_day_of_the_portfolio_away(recorded_late_by: int) -> None:
    recorded_on = DAY + timedelta(days=recorded_late_by)
    gone = Employment(left_on=DAY, left_recorded_on=recorded_on)
    last = max(DAY, recorded_on) + timedelta(days=90)
    assert keeps_portfolio(gone, days=90, today=last)
    assert not keeps_portfolio(gone, days=90, today=last + timedelta(days=1))


def test_every_role_is_granted_or_comes_by_itself() -> None:
    assert frozenset(Role) == GRANTABLE | NEVER_GRANTED


def test_conflicts_are_mutual() -> None:
    for one, other in product(Role, Role):
        assert (other in conflicting(one, held={other})) is (one in conflicting(other, held={one}))
    assert conflicting(Role.AUDITOR, held={Role.PRIVACY_OFFICER, Role.HR}) == {Role.PRIVACY_OFFICER}
