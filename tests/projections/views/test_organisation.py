"""The organisation: its name, its units, its teams."""

import pytest

from events.catalog.policy import OrganisationFounded, RoleGranted
from events.catalog.team import TeamFormed
from events.catalog.units import UnitFormed
from events.codec import UnknownEvent
from kit.ids import new_id
from projections.views import organisation
from tests.projections.views.given import NOON, facts, folded, read

pytestmark = pytest.mark.postgres

ORG, ANN, CARE, YOUTH, TEAM = (new_id() for _ in range(5))
FOUNDED = (f"policy-{ORG}", OrganisationFounded(name="MEE"))


def test_before_it_was_founded_there_is_none(database: str) -> None:
    folded(database, organisation.VIEW, [])
    assert read(database, organisation.organisation) is None


def test_its_version_is_that_of_the_policy_stream(database: str) -> None:
    granted = (f"policy-{ORG}", RoleGranted(grant=new_id(), person=ANN, role="HR"))
    folded(database, organisation.VIEW, facts(FOUNDED, granted))
    expected = organisation.Organisation(organisation=ORG, name="MEE", version=2, founded_at=NOON)
    assert read(database, organisation.organisation) == expected


def test_units_form_a_tree_by_name(database: str) -> None:
    care = (f"units-{ORG}", UnitFormed(unit=CARE, name="Zorg"))
    youth = (f"units-{ORG}", UnitFormed(unit=YOUTH, name="Jeugd", parent=CARE))
    folded(database, organisation.VIEW, facts(FOUNDED, care, youth))
    assert read(database, organisation.units) == [
        organisation.Unit(unit=YOUTH, name="Jeugd", parent=CARE),
        organisation.Unit(unit=CARE, name="Zorg", parent=None),
    ]


def test_teams_stand_in_a_unit_and_have_their_own_version(database: str) -> None:
    formed = (f"team-{TEAM}", TeamFormed(name="Noord", unit=YOUTH))
    later = (f"team-{TEAM}", UnknownEvent(name="team.team-sung.v1", raw=b"{}"))
    folded(database, organisation.VIEW, facts(formed, later))
    expected = organisation.Team(team=TEAM, name="Noord", unit=YOUTH, version=2)
    assert read(database, organisation.teams) == [expected]
    assert read(database, organisation.teams_by_ids, [TEAM, CARE]) == {TEAM: expected}
