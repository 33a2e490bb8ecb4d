"""Offers of work end after their last day, once, and a job that can't end one says so."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from events.catalog.team import WorkOfferEnded
from kit.ids import derived_id
from processes.scheduler import Turn
from tests.backends.postgres import fresh_database
from tests.processes.house import accepted, caught_up, inhabited, scheduler
from tests.services.house import NOW, House

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(180)]
TODAY = NOW.date()


@pytest.fixture
def house(postgres_url: str, template: str) -> Iterator[House]:
    with fresh_database(postgres_url, like=template) as url, inhabited(url) as house:
        on = TODAY.isoformat()
        joined = house.feed("recordTeamJoined", employeeNumber=house.number, teamKey="kade", on=on)
        assert joined.outcome == "ACCEPTED", joined
        yield house


def turn(house: House) -> Turn:
    caught_up(house)
    taken = scheduler(house).turn()
    caught_up(house)
    return taken


def ended(house: House, team: str) -> list[str]:
    events = [one.event for one in house.events(f"team-{team}")]
    return [event.reason for event in events if isinstance(event, WorkOfferEnded)]


def test_an_offer_ends_after_its_last_day_by_what_became_of_it(house: House) -> None:
    team = derived_id(house.vault.organisation() or "", "team", "kade")
    until = (TODAY + timedelta(days=1)).isoformat()
    work = {"teamId": team, "text": "Wie?", "until": until}
    accepted(house, "offerWork", title="Niemand", **work)
    done = accepted(house, "offerWork", title="Iemand", **work)
    for act in ("volunteerForWork", "takeUpWork"):
        accepted(house, act, workOfferId=done)
    house.clock.advance(timedelta(days=1))
    assert (turn(house), ended(house, team)) == (Turn(), [])
    house.clock.advance(timedelta(days=1))
    for _ in range(2):
        assert turn(house) == Turn()
        assert sorted(ended(house, team)) == ["day", "taken_up"]
