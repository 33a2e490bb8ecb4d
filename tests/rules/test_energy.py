"""The energy balance: bands of hours, summed by their middles, of what stood there at a moment."""

from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.views.profile import EnergySource
from rules import kinds
from rules.energy import MONTHS_MAX, HoursBand, SourceKind, energy_balance, month_ends

NOW = datetime(2026, 3, 31, 15, 30, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
BANDS = get_args(HoursBand)


def source(
    hours: HoursBand,
    kind: SourceKind = "giver",
    *,
    noted_at: datetime = NOW,
    removed_at: datetime | None = None,
) -> EnergySource:
    return EnergySource(
        source="a" * 32,
        kind=kind,
        activity="Huisbezoek",
        hours_per_week=hours,
        talents=(),
        noted_at=noted_at,
        removed_at=removed_at,
    )


def givers(*hours: HoursBand) -> HoursBand | None:
    (balance,) = energy_balance([source(band) for band in hours], [NOW])
    return balance.giver


def test_the_bands_and_kinds_are_those_that_owners_tell() -> None:
    assert set(BANDS) == set(get_args(kinds.HoursBand))
    assert get_args(SourceKind) == get_args(kinds.EnergySourceKind)


@pytest.mark.parametrize("band", BANDS)
def test_one_source_alone_is_its_own_band(band: HoursBand) -> None:
    assert givers(band) == band


@pytest.mark.parametrize(
    ("hours", "together"),
    [
        (("up_to_2", "up_to_2"), "up_to_2"),
        (("up_to_2", "up_to_2", "up_to_2"), "from_2_to_8"),
        (("from_2_to_8", "up_to_2", "up_to_2", "up_to_2"), "from_2_to_8"),
        (("from_2_to_8", "from_2_to_8"), "from_8_to_16"),
        (("from_2_to_8", "from_2_to_8", "from_2_to_8", "up_to_2"), "from_8_to_16"),
        (("from_8_to_16", "from_2_to_8"), "over_16"),
    ],
)
def test_several_sources_are_the_band_of_the_sum_of_their_middles(
    hours: tuple[HoursBand, ...], together: HoursBand
) -> None:
    assert givers(*hours) == together


def test_where_none_was_noted_nothing_is_told() -> None:
    (nothing,) = energy_balance([], [NOW])
    assert (nothing.giver, nothing.drainer) == (None, None)


def test_givers_and_drainers_are_told_apart() -> None:
    (both,) = energy_balance([source("over_16"), source("up_to_2", "drainer")], [NOW])
    assert (both.moment, both.giver, both.drainer) == (NOW, "over_16", "up_to_2")


def test_a_source_counts_from_its_noting_until_its_removal() -> None:
    removed = source("up_to_2", noted_at=NOW - timedelta(days=2), removed_at=NOW)
    moments = [NOW - timedelta(days=2) - INSTANT, NOW - timedelta(days=2), NOW - INSTANT, NOW]
    balances = energy_balance([removed], moments)
    assert [balance.giver for balance in balances] == [None, "up_to_2", "up_to_2", None]
    assert [balance.moment for balance in balances] == moments


@given(st.lists(st.sampled_from(BANDS), max_size=8), st.sampled_from(BANDS))
def test_one_more_source_never_makes_it_less(hours: list[HoursBand], more: HoursBand) -> None:
    before, after = givers(*hours), givers(*hours, more)
    assert after is not None
    assert before is None or BANDS.index(before) <= BANDS.index(after)


def test_months_end_with_their_last_instant_and_the_last_is_now() -> None:
    february = datetime(2026, 3, 1, tzinfo=UTC) - INSTANT
    january = datetime(2026, 2, 1, tzinfo=UTC) - INSTANT
    assert month_ends(NOW, 3) == (january, february, NOW)
    assert month_ends(NOW, 1) == (NOW,)


def test_months_end_at_midnight_in_the_zone_that_now_is_told_in() -> None:
    now = datetime(2026, 4, 30, 22, 30, tzinfo=UTC).astimezone(ZoneInfo("Europe/Amsterdam"))
    # Half past midnight on May 1; between the ends of March and of February the hour changed.
    april = datetime(2026, 4, 30, 22, tzinfo=UTC) - INSTANT
    march = datetime(2026, 3, 31, 22, tzinfo=UTC) - INSTANT
    february = datetime(2026, 2, 28, 23, tzinfo=UTC) - INSTANT
    assert month_ends(now, 4) == (february, march, april, now)


@pytest.mark.parametrize(("asked", "told"), [(-1, 1), (0, 1), (36, 36), (500, MONTHS_MAX)])
def test_there_are_as_many_months_as_asked_within_the_limit(asked: int, told: int) -> None:
    assert len(month_ends(NOW, asked)) == told
