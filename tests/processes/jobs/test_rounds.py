"""The jobs of feedback rounds: closing by date, and removing what never reached the log."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from events.catalog.rounds import RoundClosing
from events.privacy.invitations import Invitee, NewInvitation
from kit.health import Health
from processes.assembly import scheduler_of
from processes.scheduler import Scheduler, Turn
from projections.registry import find_views
from rules.feedback.questions import Perspective
from tests.backends.postgres import fresh_database
from tests.processes.house import caught_up
from tests.projections.witness import make_worker, working
from tests.services.round_house import CLOSES_AT, RoundHouse, round_house

pytestmark = pytest.mark.postgres


@pytest.fixture
def house(postgres_url: str, template: str, tmp_path: Path) -> Iterator[RoundHouse]:
    with fresh_database(postgres_url, like=template) as url, round_house(url, tmp_path) as organisation:
        worker = make_worker(url, organisation.log.name, organisation.mapper, views=find_views())
        with working(worker):
            yield organisation.subject()


def scheduler(house: RoundHouse) -> Scheduler:
    return scheduler_of(
        house.handler,
        database_url=house.log.url,
        invitations=house.chores,
        calendar=house.calendar,
        health=Health(house.clock),
    )


def test_a_round_is_closed_when_its_time_is_up_and_once(house: RoundHouse) -> None:
    round_, jobs = house.opens(), scheduler(house)
    stream = f"round-{house.person(house.number)}"
    caught_up(house)
    assert jobs.turn() == Turn()
    assert house.round(round_).status == "OPEN"
    house.clock.advance(CLOSES_AT - house.clock.now())
    for _ in range(3):
        assert jobs.turn() == Turn()
    closing = [recorded.event for recorded in house.events(stream) if recorded.event == _closing(round_)]
    assert len(closing) == 1
    caught_up(house)
    assert jobs.turn() == Turn()


def test_a_round_that_was_never_opened_is_cancelled_when_its_time_is_up(house: RoundHouse) -> None:
    round_, jobs = house.prepared(), scheduler(house)
    house.invites(round_, "never-asked")
    caught_up(house)
    assert jobs.turn() == Turn()
    assert house.round(round_).status == "PREPARED"
    house.clock.advance(CLOSES_AT - house.clock.now())
    assert jobs.turn() == Turn()
    assert (house.round(round_).status, house.round(round_).cancelled_for) == ("CANCELLED", "not_opened")


def test_a_round_that_got_more_time_is_closed_at_its_new_end(house: RoundHouse) -> None:
    round_, jobs = house.opens(), scheduler(house)
    later = CLOSES_AT + timedelta(days=7)
    house.own("extendRound", roundId=round_, closesAt=later.isoformat())
    caught_up(house)
    house.clock.advance(CLOSES_AT - house.clock.now())
    assert jobs.turn() == Turn()
    assert house.round(round_).status == "OPEN"
    house.clock.advance(timedelta(days=7))
    assert jobs.turn() == Turn()
    assert house.round(round_).status == "CLOSING"


def test_a_view_that_lags_behind_closes_no_round_too_early(house: RoundHouse) -> None:
    round_, jobs = house.opens(), scheduler(house)
    caught_up(house)
    house.clock.advance(CLOSES_AT - timedelta(minutes=1) - house.clock.now())
    later = CLOSES_AT + timedelta(days=1)
    house.own("extendRound", roundId=round_, closesAt=later.isoformat())
    house.clock.advance(timedelta(minutes=1))
    assert jobs.turn().failed == {}
    assert house.round(round_).status == "OPEN"


def test_an_invitation_that_never_reached_the_log_is_removed_the_next_day(house: RoundHouse) -> None:
    round_ = house.opens()
    kept = {one.invitation.invitation for one in house.raters(round_)}
    lost = NewInvitation(
        invitation=uuid4().hex,
        round=round_,
        subject=house.person(house.number),
        perspective=Perspective.CLIENT,
        on=house.calendar.today(),
        invitee=Invitee(name="Verloren", email="verloren@example.org"),
    )
    house.invitations.keep(lost, asked_max=8)
    jobs = scheduler(house)
    caught_up(house)
    assert jobs.turn() == Turn()
    assert {one.invitation.invitation for one in house.raters(round_)} == {*kept, lost.invitation}
    house.clock.advance(timedelta(days=1))
    assert jobs.turn() == Turn()
    assert {one.invitation.invitation for one in house.raters(round_)} == kept
    today = house.calendar.today()
    assert house.invitations.asked(lost.invitee, today, except_for="") == 0


def _closing(round_: str) -> RoundClosing:
    return RoundClosing(round=round_, by_date=True)
