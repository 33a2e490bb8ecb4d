"""A team of two for each test, in one house for each file."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from kit.ids import derived_id
from tests.backends.postgres import fresh_database
from tests.services.handling.team.crew import TODAY, Crew, accepted
from tests.services.house import House, furnish, opened, with_owner


@pytest.fixture(scope="module")
def house(postgres_url: str) -> Iterator[House]:
    with fresh_database(postgres_url) as url, opened(url) as house, house.log.folding():
        furnish(house)
        yield house


@pytest.fixture
def crew(house: House) -> Crew:
    key = uuid4().hex
    accepted(house.feed("formTeam", teamKey=key, name="Team Kade", unitKey="north"))
    me, other = (with_owner(house, uuid4().hex) for _ in range(2))
    for member in (me, other):
        accepted(house.feed("recordTeamJoined", employeeNumber=member.number, teamKey=key, on=TODAY))
    return Crew(team=derived_id(house.vault.organisation() or "", "team", key), me=me, other=other)
