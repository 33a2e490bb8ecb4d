"""The directory: people by name, and their roles."""

import pytest

from events.catalog.employment import ProfessionalRegistered, TeamJoined
from events.catalog.policy import OrganisationFounded, RoleGranted
from events.codec import Forgotten, UnknownEvent
from kit.ids import new_id
from projections.views import directory
from tests.projections.views.given import NOON, facts, folded, read

pytestmark = pytest.mark.postgres

ORG, ANN, BOB, TEAM, GRANT = (new_id() for _ in range(5))
ANN_REGISTERED = (f"employment-{ANN}", ProfessionalRegistered(name="Ann de Wit", email="ann@mee.example"))
BOB_REGISTERED = (f"employment-{BOB}", ProfessionalRegistered(name="Bob Smit", email="bob@mee.example"))


def test_people_are_found_by_id(database: str) -> None:
    folded(database, directory.VIEW, facts(ANN_REGISTERED, BOB_REGISTERED))
    expected = directory.Person(person=ANN, display_name="Ann de Wit", registered_at=NOON, ended_at=None)
    assert read(database, directory.person_by_id, ANN) == expected
    assert read(database, directory.persons_by_ids, [ANN, BOB, ORG]).keys() == {ANN, BOB}


def test_the_later_name_holds(database: str) -> None:
    renamed = (f"employment-{ANN}", ProfessionalRegistered(name="Ann Smit", email="ann@mee.example"))
    folded(database, directory.VIEW, facts(ANN_REGISTERED, renamed))
    found = read(database, directory.person_by_id, ANN)
    assert found is not None
    assert found.display_name == "Ann Smit"


def test_roles_are_those_granted_on_the_policy_stream(database: str) -> None:
    granted = (f"policy-{ORG}", RoleGranted(grant=GRANT, person=ANN, role="HR"))
    founded = (f"policy-{ORG}", OrganisationFounded(name="MEE"))
    folded(database, directory.VIEW, facts(founded, granted))
    assert [grant.role for grant in read(database, directory.roles_of, ANN)] == ["HR"]
    assert read(database, directory.roles_of, BOB) == []


def test_who_is_forgotten_is_in_it_no_more_and_the_others_are(database: str) -> None:
    gone = (f"employment-{ANN}", Forgotten())
    folded(database, directory.VIEW, facts(ANN_REGISTERED, BOB_REGISTERED, gone))
    assert read(database, directory.persons_by_ids, [ANN, BOB]).keys() == {BOB}


def test_facts_it_does_not_show_and_names_it_does_not_know_change_nothing(database: str) -> None:
    joined = (f"employment-{ANN}", TeamJoined(team=TEAM, on=NOON.date()))
    unknown = (f"employment-{ANN}", UnknownEvent(name="employment.moved-away.v1", raw=b"{}"))
    folded(database, directory.VIEW, facts(joined, unknown))
    assert read(database, directory.person_by_id, ANN) is None
