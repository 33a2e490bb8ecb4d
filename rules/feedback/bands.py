"""Figures in bands: numbers of people, means, spreads, steadiness, gaps to the subject's own answer."""

from collections.abc import Iterable, Sequence
from typing import Final

from rules.feedback.mirror import Cell, CountBand, GapKind, MeanBand, Portion, Spread

BANDS: Final = (
    CountBand(low=3, high=4),
    CountBand(low=5, high=7),
    CountBand(low=8, high=12),
    CountBand(low=13),
)
"""The bands of privacy rule 8."""
ONE: Final = CountBand(low=1, high=1)
"""Of a LEAD who was asked alone, and who knew before writing."""
SPREAD_FROM: Final = 5
"""The number of answers at which a spread is shown, if OUTSIDE_MIN of them are outside the largest part."""
OUTSIDE_MIN: Final = 2
ICC: Final = 0.16
"""How much of one rater's answer is about the subject: DOMAIN.md, mirror (Spearman-Brown)."""
CLEAR_DIFFERENCE: Final = 2
"""In half steps: a smaller difference between own answer and others says nothing."""
STRENGTH: Final = 8
"""In half steps: from 4 on, a behaviour is seen often enough to be a strength."""
HIDDEN_FROM: Final = 7
"""In half steps: what others see less often than that is no hidden strength."""

_HALF_STEPS: Final = {
    MeanBand.UP_TO_1_5: 3,
    MeanBand.ABOUT_2: 4,
    MeanBand.ABOUT_2_5: 5,
    MeanBand.ABOUT_3: 6,
    MeanBand.ABOUT_3_5: 7,
    MeanBand.ABOUT_4: 8,
    MeanBand.FROM_4_5: 9,
}
_BY_HALF_STEPS: Final = {steps: band for band, steps in _HALF_STEPS.items()}
_LOWEST: Final = min(_BY_HALF_STEPS)
_HIGHEST: Final = max(_BY_HALF_STEPS)


def band_of(people: int) -> CountBand:
    """Return the band of a number of people. Raises ValueError below the lowest band."""
    for band in reversed(BANDS):
        if people >= band.low:
            return band
    raise ValueError(f"{people} is below every band")


def mean_of(weighted: Iterable[tuple[int, int]]) -> MeanBand:
    """
    Return the mean of (value, weight) pairs in half steps, rounded half up and capped at both ends.

    The values are whole numbers of the scale.
    """
    pairs = tuple(weighted)
    return _mean([(2 * value, weight) for value, weight in pairs])


def total_of(cells: Iterable[tuple[MeanBand, CountBand]]) -> MeanBand | None:
    """
    Return the total of cells that are shown, each weighted by the lower edge of its band.

    It is computed from what is shown, so it reveals nothing more (privacy rule 2).
    """
    shown = [(_HALF_STEPS[mean], band.low) for mean, band in cells]
    return _mean(shown) if shown else None


def spread_of(answers: Sequence[int], band: CountBand) -> Spread | None:
    """Return which part answered 1 or 2, 3, and 4 or 5; None if too few did, or nearly all alike."""
    parts = (
        sum(answer <= 2 for answer in answers),  # noqa: PLR2004 - the bins of privacy rule 8
        sum(answer == 3 for answer in answers),  # noqa: PLR2004
        sum(answer >= 4 for answer in answers),  # noqa: PLR2004
    )
    if band.low < SPREAD_FROM or len(answers) - max(parts) < OUTSIDE_MIN:
        return None
    low, middle, high = (portion_of(part, len(answers)) for part in parts)
    return Spread(low=low, middle=middle, high=high)


def cell_of(answers: Sequence[int], band: CountBand) -> Cell:
    """Return the cell of answers that are enough to be shown."""
    return Cell(mean=mean_of((answer, 1) for answer in answers), raters=band, spread=spread_of(answers, band))


def steadiness_of(people: int) -> float:
    """Return how steady a mean of so many raters is, 0 to 1 (Spearman-Brown), in hundredths."""
    return round(people * ICC / (1 + (people - 1) * ICC), 2)


def gap_of(own: int | None, total: MeanBand | None) -> GapKind | None:
    """Return how the subject's own answer and the total differ; None if they say too little."""
    if own is None or total is None:
        return None
    mine, others = 2 * own, _HALF_STEPS[total]
    if mine >= STRENGTH and others >= STRENGTH:
        return GapKind.CONFIRMED_STRENGTH
    if others - mine >= CLEAR_DIFFERENCE and others >= HIDDEN_FROM:
        return GapKind.HIDDEN_STRENGTH
    return GapKind.BLIND_SPOT if mine - others >= CLEAR_DIFFERENCE else None


def portion_of(part: int, people: int) -> Portion:
    """Return a part of some people in words."""
    if 4 * part < people:
        return Portion.FEW
    return Portion.MOST if 2 * part > people else Portion.SOME


def _mean(half_steps: Sequence[tuple[int, int]]) -> MeanBand:
    weight = sum(pair[1] for pair in half_steps)
    doubled = 2 * sum(value * times for value, times in half_steps) + weight
    return _BY_HALF_STEPS[min(max(doubled // (2 * weight), _LOWEST), _HIGHEST)]
