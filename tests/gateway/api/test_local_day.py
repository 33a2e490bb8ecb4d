"""A day begins at midnight in the organisation: an hour before that of UTC, and in summer two."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from events.catalog.employment import EmploymentEnded
from events.catalog.portfolio.energy import EnergySourceNoted
from rules.access.roles import DAYS_AFTER_LEAVING_DEFAULT
from rules.kinds import EnergySourceKind, HoursBand
from tests.gateway.api.test_shared import claimed, logged, opened_to, seen
from tests.gateway.harness import NOW
from tests.gateway.world import COLLEAGUE, OWNER, World

pytestmark = pytest.mark.postgres
MINUTE = timedelta(minutes=1)
WINTER = datetime(2026, 11, 23, 23, tzinfo=UTC)
SUMMER = datetime(2027, 7, 23, 22, tzinfo=UTC)
BEGINNINGS = pytest.mark.parametrize("beginning", [WINTER, SUMMER])
"""Moments at which a day begins in Amsterdam, each on the day before it of UTC."""


def at(world: World, moment: datetime) -> None:
    world.clock.advance(moment - world.clock.now())


@BEGINNINGS
def test_what_was_shared_until_a_day_is_not_shown_after_its_midnight(
    world: World, beginning: datetime
) -> None:
    world.happened(world.opened(), claimed(), opened_to(COLLEAGUE, until=beginning.date()))
    at(world, beginning - MINUTE)
    assert len(seen(world)) == 1
    at(world, beginning)
    assert seen(world) == []


def test_the_read_log_tells_the_day_of_the_organisation(world: World) -> None:
    world.happened(world.opened(), claimed(), opened_to(COLLEAGUE, until=date(2026, 12, 24)))
    at(world, WINTER + 30 * MINUTE)
    assert len(seen(world)) == 1
    assert logged(world) == []
    at(world, WINTER + timedelta(days=1) - MINUTE)
    assert logged(world) == []
    at(world, WINTER + timedelta(days=1))
    assert [line["day"] for line in logged(world)] == ["2026-11-24"]


def test_someone_who_left_keeps_the_portfolio_until_midnight_of_its_last_day(world: World) -> None:
    world.opened()
    world.happened(f"employment-{OWNER}", EmploymentEnded(on=NOW.date()))
    last = WINTER + timedelta(days=DAYS_AFTER_LEAVING_DEFAULT)
    at(world, last - MINUTE)
    assert world.mine("state") == {"state": "OPEN"}
    at(world, last)
    assert asyncio.run(world.codes("{ me { id } }")) == ["FORBIDDEN"]


def test_a_month_of_the_energy_balance_ends_at_midnight_of_the_organisation(world: World) -> None:
    portfolio = world.opened()
    noted = EnergySourceNoted(
        source="7" * 32,
        kind=EnergySourceKind.GIVER,
        activity="Wandelen",
        hours_per_week=HoursBand.UP_TO_2,
        talents=(),
    )
    november = datetime(2026, 11, 30, 23, tzinfo=UTC)
    world.happened(portfolio, noted, at=november + 30 * MINUTE)  # on December 1
    at(world, november + 40 * MINUTE)
    assert world.mine("energyBalance(months: 2) { month giverHoursPerWeek }") == {
        "energyBalance": [
            {"month": "2026-11-01", "giverHoursPerWeek": None},
            {"month": "2026-12-01", "giverHoursPerWeek": "UP_TO_2"},
        ]
    }
