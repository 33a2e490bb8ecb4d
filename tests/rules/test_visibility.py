"""Who may read a type: its owner, people the owner chose, and nobody without a decision."""

from itertools import product

import pytest

from rules.access.decision import Relation
from rules.access.decisions import FIELDS, TYPES, UndecidedFieldError, decision_on, may_see
from rules.access.roles import Role

PERSONAL = [
    "Portfolio",
    "ProfileStatement",
    "TalentClaim",
    "EnergySource",
    "EnergyBalance",
    "Passion",
    "Evidence",
    "Reflection",
    "Goal",
    "Conversation",
    "TimelineEntry",
    "Disclosure",
]


@pytest.mark.parametrize("kind", PERSONAL)
def test_what_is_a_persons_is_the_owners_alone_whatever_the_role(kind: str) -> None:
    allowed = [
        (role, relation)
        for role, relation in product(Role, Relation)
        if may_see(kind, "id", role=role, relation=relation)
    ]
    assert allowed == [(Role.PROFESSIONAL, Relation.OWNER)]


@pytest.mark.parametrize("role", [Role.HR, Role.BOARD, Role.WORKS_COUNCIL])
def test_hr_board_and_works_council_get_nothing_of_a_person(role: Role) -> None:
    personal = [*PERSONAL, "Agreement", "SharedItem", "Me", "Sharing"]
    for kind, relation in product(personal, Relation):
        assert not may_see(kind, "id", role=role, relation=relation)


def test_energy_is_shared_by_its_own_switch() -> None:
    assert decision_on("SharedItem", "energy") == decision_on("SharedItem", "quadrant")
    assert "with its energy" in decision_on("SharedItem", "energy").when
    assert "with its energy" not in decision_on("SharedItem", "strength").when


def test_a_type_without_a_decision_is_an_error_and_denied() -> None:
    with pytest.raises(UndecidedFieldError, match=r"Salary\.amount"):
        decision_on("Salary", "amount")
    for role, relation in product(Role, Relation):
        assert not may_see("Salary", "amount", role=role, relation=relation)


def test_every_decision_on_a_field_is_on_one_of_a_type_that_has_a_decision() -> None:
    assert {name.partition(".")[0] for name in FIELDS} <= TYPES.keys()
