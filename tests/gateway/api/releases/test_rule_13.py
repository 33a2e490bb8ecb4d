"""Privacy rule 13: HR, board and works council are refused everything about a person, whatever they ask."""

import asyncio

import pytest
from graphql import GraphQLObjectType, get_named_type

from rules.access import account, portfolio, rounds, team
from rules.access.decision import Relation
from rules.access.decisions import decision_on
from rules.access.roles import Role
from tests.gateway.api.test_root_fields import SCHEMA, codes_of, root_fields
from tests.gateway.harness import Harness

ABOUT_NO_PERSON = {
    "viewer",  # the caller themselves, by name
    "command",  # what became of the caller's own command
    "organisation",
    "talentCatalogue",
    "capabilities",
    "capabilityReleases",
    "capabilityReleased",
    "finder",  # of people who opened something to the whole organisation themselves
}
"""What HR and board may ask; a new name here needs a reason."""
_PRIVATE = {Relation.OWNER, Relation.NAMED, Relation.TEAM, Relation.OTHER_PARTY, Relation.INVITED}


@pytest.mark.parametrize("role", [Role.HR, Role.BOARD])
@pytest.mark.parametrize(("root", "name"), root_fields())
def test_every_other_root_field_refuses_hr_and_board_also_when_they_hold_the_role(
    harness: Harness, root: str, name: str, role: Role
) -> None:
    if name in ABOUT_NO_PERSON:
        return
    found = asyncio.run(codes_of(harness, root, name, who="hr", role=role.name))
    assert found == ["FORBIDDEN"]
    assert harness.bus.requests == []


@pytest.mark.parametrize("role", [Role.HR, Role.BOARD, Role.WORKS_COUNCIL])
def test_no_type_of_a_portfolio_a_mirror_or_a_goal_may_be_read(role: Role) -> None:
    about_people = [
        (kind, name)
        for area in (portfolio, rounds, team)
        for kind, decision in area.AREA.types.items()
        if set(decision.relations) <= _PRIVATE
        for name in _fields(kind)
    ]
    assert len(about_people) > 100
    assert not [place for place in about_people if role in decision_on(*place).roles]
    assert role not in account.AREA.root_fields["me"]


def test_what_a_release_leads_to_is_about_no_person() -> None:
    kinds, seen = ["CapabilityRelease"], set()
    while kinds:
        kind = kinds.pop()
        found = SCHEMA.type_map[kind]
        if kind not in seen and isinstance(found, GraphQLObjectType):
            seen.add(kind)
            kinds += [get_named_type(detail.type).name for detail in found.fields.values()]
    assert seen == {
        "CapabilityRelease",
        "CapabilityCell",
        "CapabilityTerm",
        "CountBand",
        "Download",
        "LocalText",
        "TalentTerm",
        "TermCluster",
        "Unit",
    }


def _fields(kind: str) -> list[str]:
    found = SCHEMA.type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    return list(found.fields)
