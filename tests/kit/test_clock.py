from datetime import UTC, datetime, timedelta, timezone

import pytest

from kit.clock import FixedClock, SystemClock


def test_the_system_clock_tells_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_a_fixed_clock_moves_only_when_told() -> None:
    amsterdam = timezone(timedelta(hours=1))
    clock = FixedClock(datetime(2026, 1, 1, 12, tzinfo=amsterdam))
    assert clock.now() == clock.now() == datetime(2026, 1, 1, 11, tzinfo=UTC)
    clock.advance(timedelta(minutes=5))
    assert clock.now() == datetime(2026, 1, 1, 11, 5, tzinfo=UTC)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        FixedClock(datetime(2026, 1, 1))  # noqa: DTZ001 - the very thing that is refused
