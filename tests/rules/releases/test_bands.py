"""Bands, what is scarce, trends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.releases.bands import band_of, is_scarce, trend_of
from rules.releases.model import CountBand, Trend


@pytest.mark.parametrize(
    ("people", "low", "high"),
    [(5, 5, 9), (9, 5, 9), (10, 10, 19), (20, 20, 49), (99, 50, 99), (100, 100, 199), (4_999, 2_000, 4_999)],
)
def test_a_number_of_people_is_shown_as_a_band(people: int, low: int, high: int) -> None:
    assert band_of(people, floor=5) == CountBand(low=low, high=high)


@given(st.integers(5, 10**6))
def test_bands_follow_each_other_without_a_hole(people: int) -> None:
    band = band_of(people, floor=5)
    assert band.low <= people <= band.high
    assert band_of(band.high + 1, floor=5).low == band.high + 1


def test_the_lowest_band_begins_at_the_floor_and_nothing_below_it_has_a_band() -> None:
    assert band_of(8, floor=8) == CountBand(low=8, high=9)
    assert band_of(13, floor=12) == CountBand(low=12, high=19)
    for below in (7, 0, -1):
        with pytest.raises(ValueError, match="below the floor"):
            band_of(below, floor=8)


def test_only_the_lowest_band_is_scarce() -> None:
    assert is_scarce(band_of(9, floor=5), floor=5)
    assert not is_scarce(band_of(10, floor=5), floor=5)
    assert is_scarce(band_of(19, floor=12), floor=12)


def test_a_trend_compares_bands() -> None:
    low, high = band_of(7, floor=5), band_of(15, floor=5)
    assert trend_of(high, low) is Trend.RISING
    assert trend_of(low, high) is Trend.FALLING
    assert trend_of(low, band_of(9, floor=5)) is Trend.STEADY
