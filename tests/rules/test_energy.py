"""The energy balance: bands of hours of the sources that existed at a moment, summed by their middles."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.views.profile import EnergySource
from rules.energy import MONTHS_MAX, balance_key, energy_balance, month_ends
from rules.kinds import EnergySourceKind, HoursBand

NOW = datetime(2026, 3, 31, 15, 30, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
BANDS = UP_TO_2, FROM_2_TO_8, FROM_8_TO_16, OVER_16 = tuple(HoursBand)


def source(
    hours: HoursBand,
    kind: EnergySourceKind = EnergySourceKind.GIVER,
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


@pytest.mark.parametrize("band", BANDS)
def test_one_source_alone_is_its_own_band(band: HoursBand) -> None:
    assert givers(band) == band


@pytest.mark.parametrize(
    ("hours", "together"),
    [
        ((UP_TO_2, UP_TO_2), UP_TO_2),
        ((UP_TO_2, UP_TO_2, UP_TO_2), FROM_2_TO_8),
        ((FROM_2_TO_8, UP_TO_2, UP_TO_2, UP_TO_2), FROM_2_TO_8),
        ((FROM_2_TO_8, FROM_2_TO_8), FROM_8_TO_16),
        ((FROM_2_TO_8, FROM_2_TO_8, FROM_2_TO_8, UP_TO_2), FROM_8_TO_16),
        ((FROM_8_TO_16, FROM_2_TO_8), OVER_16),
    ],
)
def test_several_sources_are_the_band_of_the_sum_of_their_middles(
    hours: tuple[HoursBand, ...], together: HoursBand
) -> None:
    assert givers(*hours) == together


def test_without_sources_there_is_no_band() -> None:
    (nothing,) = energy_balance([], [NOW])
    assert (nothing.giver, nothing.drainer) == (None, None)


def test_givers_and_drainers_are_summed_separately() -> None:
    (both,) = energy_balance([source(OVER_16), source(UP_TO_2, EnergySourceKind.DRAINER)], [NOW])
    assert (both.moment, both.giver, both.drainer) == (NOW, OVER_16, UP_TO_2)


def test_a_source_counts_from_its_noting_until_its_removal() -> None:
    removed = source(UP_TO_2, noted_at=NOW - timedelta(days=2), removed_at=NOW)
    moments = [NOW - timedelta(days=2) - INSTANT, NOW - timedelta(days=2), NOW - INSTANT, NOW]
    balances = energy_balance([removed], moments)
    assert [balance.giver for balance in balances] == [None, UP_TO_2, UP_TO_2, None]
    assert [balance.moment for balance in balances] == moments


def test_moments_are_compared_whatever_their_zones_and_returned_in_their_own() -> None:
    # The clock goes back at 01:00 UTC: the two moments below are both 02:30 on a wall clock.
    amsterdam = ZoneInfo("Europe/Amsterdam")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=amsterdam)
    second = datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=amsterdam)
    between = source(UP_TO_2, noted_at=datetime(2026, 10, 25, 1, tzinfo=UTC))
    balances = energy_balance([between], [first, second])
    assert [(balance.moment, balance.giver) for balance in balances] == [(first, None), (second, UP_TO_2)]
    assert all(balance.moment.tzinfo is amsterdam for balance in balances)


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


def test_months_end_at_midnight_in_the_zone_of_now() -> None:
    now = datetime(2026, 4, 30, 22, 30, tzinfo=UTC).astimezone(ZoneInfo("Europe/Amsterdam"))
    # Half past midnight on May 1; between the ends of March and of February the hour changed.
    april = datetime(2026, 4, 30, 22, tzinfo=UTC) - INSTANT
    march = datetime(2026, 3, 31, 22, tzinfo=UTC) - INSTANT
    february = datetime(2026, 2, 28, 23, tzinfo=UTC) - INSTANT
    assert month_ends(now, 4) == (february, march, april, now)


@pytest.mark.parametrize(("asked", "returned"), [(-1, 1), (0, 1), (36, 36), (500, MONTHS_MAX)])
def test_there_are_as_many_months_as_asked_within_the_limit(asked: int, returned: int) -> None:
    assert len(month_ends(NOW, asked)) == returned


DAYS = st.integers(-70, 70).map(lambda days: NOW + timedelta(days=days))
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@given(
    st.lists(st.tuples(st.sampled_from(BANDS), DAYS, st.none() | DAYS), max_size=4),
    st.lists(DAYS, min_size=8, max_size=8),
)
def test_at_two_moments_with_one_key_the_balance_is_the_same(
    noted: list[tuple[HoursBand, datetime, datetime | None]], moments: list[datetime]
) -> None:
    sources = [source(band, noted_at=at, removed_at=removed) for band, at, removed in noted]
    found: dict[object, object] = {}
    for moment in moments:
        now = moment.astimezone(AMSTERDAM)
        balances = energy_balance(sources, month_ends(now, 5))
        shown = [(one.moment.date().replace(day=1), one.giver, one.drainer) for one in balances]
        assert found.setdefault(balance_key(sources, now), shown) == shown
