"""Founding the organisation: on the server's command line, once."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from events.catalog.policy import OrganisationFounded, RoleGranted
from kit.errors import ForbiddenError
from rules.access.roles import Role
from services.admin.founding import AlreadyFoundedError, FoundingInputError, found_organisation
from tests.services.house import House, found_in, opened

pytestmark = pytest.mark.postgres


@pytest.fixture
def house(database: str) -> Iterator[House]:
    with opened(database) as house, house.log.folding():
        yield house


def test_an_organisation_is_founded_with_its_first_administrator(house: House) -> None:
    found_in(house)
    organisation = house.vault.organisation()
    events = [recorded.event for recorded in house.events(f"policy-{organisation}")]
    assert events[0] == OrganisationFounded(name="MEE Voorbeeld")
    assert isinstance(events[1], RoleGranted)
    assert (events[1].person, events[1].role) == (house.vault.person_for("administrator"), "ADMINISTRATOR")
    granted = house.ask("administrator", Role.ADMINISTRATOR, "grantRole", role="HR", subject="hr")
    assert (granted.outcome, granted.version) == ("ACCEPTED", 3)


def test_it_is_founded_once(house: House) -> None:
    found_in(house)
    with pytest.raises(AlreadyFoundedError):
        found_in(house)
    assert len(house.events(f"policy-{house.vault.organisation()}")) == 2


def test_a_founding_that_was_interrupted_goes_on_with_the_same_organisation(house: House) -> None:
    organisation = house.vault.organisation_or_new()
    found_in(house)
    assert house.vault.organisation() == organisation


def test_before_it_nobody_holds_a_role(house: House) -> None:
    with pytest.raises(ForbiddenError, match="not founded"):
        house.ask("administrator", Role.ADMINISTRATOR, "grantRole", role="HR", subject="hr")
    with pytest.raises(ForbiddenError, match="not founded"):
        house.handler.result_of(caller=house.caller("e1", Role.PROFESSIONAL), command_id=str(uuid4()))


@pytest.mark.parametrize(("name", "administrator"), [("", "a"), (" ", "a"), ("x" * 121, "a"), ("MEE", " ")])
def test_it_needs_a_name_and_an_administrator(house: House, name: str, administrator: str) -> None:
    with pytest.raises(FoundingInputError):
        found_organisation(
            recorder=house.log.recorders[0],
            vault=house.vault,
            mapper=house.mapper,
            calendar=house.calendar,
            name=name,
            administrator=administrator,
        )
