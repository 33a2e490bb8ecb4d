from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from kit.clock import Calendar, FixedClock, SystemClock


def test_the_system_clock_is_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_a_fixed_clock_moves_only_when_advanced() -> None:
    amsterdam = timezone(timedelta(hours=1))
    clock = FixedClock(datetime(2026, 1, 1, 12, tzinfo=amsterdam))
    assert clock.now() == clock.now() == datetime(2026, 1, 1, 11, tzinfo=UTC)
    clock.advance(timedelta(minutes=5))
    assert clock.now() == datetime(2026, 1, 1, 11, 5, tzinfo=UTC)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        FixedClock(datetime(2026, 1, 1))  # noqa: DTZ001 - the very thing that is refused


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("Europe/Amsterdam", datetime(2026, 11, 23, 22, 59, tzinfo=UTC), date(2026, 11, 23)),
        ("Europe/Amsterdam", datetime(2026, 11, 23, 23, 0, tzinfo=UTC), date(2026, 11, 24)),
        ("Europe/Amsterdam", datetime(2026, 7, 23, 21, 59, tzinfo=UTC), date(2026, 7, 23)),
        ("Europe/Amsterdam", datetime(2026, 7, 23, 22, 0, tzinfo=UTC), date(2026, 7, 24)),
        ("America/Curacao", datetime(2026, 11, 24, 3, 59, tzinfo=UTC), date(2026, 11, 23)),
    ],
)
def test_a_day_begins_at_midnight_where_the_organisation_is_in_winter_and_in_summer(
    zone: str, moment: datetime, day: date
) -> None:
    calendar = Calendar(clock=FixedClock(moment), zone=ZoneInfo(zone))
    assert calendar.today() == day
    assert calendar.now() == calendar.local(moment) == moment
    assert calendar.local(moment).date() == day
