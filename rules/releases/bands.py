"""Numbers of people in bands, what is scarce, and whether a band rises or falls (privacy rule 14)."""

from typing import Final

from rules.releases.model import CountBand, Trend

_STEPS: Final = (1, 2, 5)
"""Bands begin at these, times a power of ten: 5, 10, 20, 50, 100, 200, and so on."""


def band_of(people: int, *, floor: int) -> CountBand:
    """
    Return the band of a number of people: 5 to 9, 10 to 19, 20 to 49, 50 to 99, 100 to 199, and so on.

    The lowest begins at the floor, which everybody knows. Raises ValueError below the floor.
    """
    if people < max(floor, 1):
        raise ValueError(f"{people} is below the floor of {floor}")
    power = 10 ** (len(str(people)) - 1)
    low = max(step * power for step in _STEPS if step * power <= people)
    high = min(step * power for step in (*_STEPS, 10) if step * power > people) - 1
    return CountBand(low=max(low, floor), high=high)


def is_scarce(band: CountBand, *, floor: int) -> bool:
    """Return whether a shown band is the lowest that can be shown; it says nothing about what is hidden."""
    return band == band_of(floor, floor=floor)


def trend_of(band: CountBand, before: CountBand) -> Trend:
    """Return how a shown band compares with the one that was shown before."""
    if band.low == before.low:
        return Trend.STEADY
    return Trend.RISING if band.low > before.low else Trend.FALLING
