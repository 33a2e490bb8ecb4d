"""
What mirrors must show, computed a second time: with pandas, from the rules' text alone.

The text is the privacy rules 1, 2 and 8, and the merging rule. Nothing here calls the program that is
checked. Where the text leaves a choice, this is it: a mean halfway between two half steps is rounded up, and
FEW is under a quarter, MOST over half.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

FLOORS: Final = {"peer": 3, "lead": 3, "report": 3, "client": 5, "partner": 5}
"""Of the policy for loads, which are the lowest ones; their order is that of perspectives in a mirror."""
BANDS: Final = {3: "3-4", 5: "5-7", 8: "8-12", 13: "13+"}
ICC: Final = 0.16
SPREAD_FROM: Final = 5
OUTSIDE_MIN: Final = 2

Figures = Mapping[tuple[int, str, str], str]
"""Every figure of mirrors by subject, block ("peer", "report+client", "" for the whole) and name."""


def expected_figures(answers: Any) -> Figures:
    """Return every figure that the mirrors of these answers have, and nothing for what is not shown."""
    sizes = _sizes(answers)
    shown = answers.merge(sizes[["subject", "perspective", "block", "merged", "floor"]].dropna())
    cells = _cells(shown)
    figures: dict[tuple[int, str, str], str] = {}
    for cell in cells.itertuples():
        subject, block = cell.Index
        figures[subject, block, "answered"] = figures[subject, block, "answered when closed"] = cell.raters
        figures[subject, block, "cell raters"] = cell.raters
        figures[subject, block, "cell mean"] = _mean(cell.steps)
        figures[subject, block, "steadiness"] = _steadiness(cell.low)
        if cell.low >= SPREAD_FROM and cell.n - max(cell.ones_twos, cell.threes, cell.above) >= OUTSIDE_MIN:
            parts = (cell.ones_twos, cell.threes, cell.above)
            figures[subject, block, "cell spread"] = " ".join(_portion(part, cell.n) for part in parts)
    figures |= _totals(cells)
    for (subject, block), rows in shown.groupby(["subject", "block"]).rating:
        figures[subject, block, "rows"] = " ".join(map(str, sorted(rows)))
    return figures | _left_out(sizes) | _empty_rows(answers, shown)


def _sizes(answers: Any) -> Any:
    """Return a row for each perspective of a subject, with the block it is shown in; none if it is not."""
    sizes = answers.groupby(["subject", "perspective"]).size().rename("n").reset_index()
    sizes["floor"] = sizes.perspective.map(FLOORS)
    sizes["place"] = sizes.perspective.map(list(FLOORS).index)
    sizes = sizes.sort_values(["subject", "place"])
    alone = sizes.n >= sizes.floor
    rest = sizes[~alone].groupby("subject")
    others = rest.agg(together=("n", "sum"), highest=("floor", "max"), block=("perspective", "+".join))
    others.loc[others.together < others.highest, "block"] = None
    sizes = sizes.join(others, on="subject")
    sizes["merged"] = ~alone
    sizes["floor"] = sizes.floor.where(alone, sizes.highest)
    sizes["block"] = sizes.perspective.where(alone, sizes.block)
    return sizes[["subject", "perspective", "n", "block", "merged", "floor"]]


def _cells(shown: Any) -> Any:
    """Return a row for each block: its band and lowest number, its mean in half steps, its three bins."""
    cells = shown.groupby(["subject", "block"]).agg(
        n=("rating", "size"),
        added=("rating", "sum"),
        ones_twos=("rating", lambda given: (given <= 2).sum()),
        threes=("rating", lambda given: (given == 3).sum()),
        above=("rating", lambda given: (given >= 4).sum()),
        merged=("merged", "first"),
        floor=("floor", "first"),
    )
    cells["steps"] = _half_up(2 * cells.added, cells.n)
    # Of a merged block only the floor is shown, which everybody knows.
    band = cells.n.map(lambda people: max(low for low in BANDS if low <= people))
    cells["low"] = cells.floor.astype(int).where(cells.merged.astype(bool), band)
    several = cells.low.map(lambda low: f"{low}+")
    cells["raters"] = several.where(cells.merged.astype(bool), band.map(BANDS))
    return cells


def _totals(cells: Any) -> dict[tuple[int, str, str], str]:
    """Return the totals, which are computed from what is shown: capped means and the lower edges of bands."""
    weighed = cells.assign(weighed=cells.steps * cells.low).groupby("subject")[["weighed", "low"]].sum()
    steps = _half_up(weighed.weighed, weighed.low)
    totals = {(subject, "", "total mean"): _mean(step) for subject, step in steps.items()}
    return totals | {(subject, "", "steadiness"): _steadiness(low) for subject, low in weighed.low.items()}


def _left_out(sizes: Any) -> dict[tuple[int, str, str], str]:
    hidden = sizes[sizes.block.isna()].groupby("subject").perspective.agg("+".join)
    return {(subject, "", "left out"): names for subject, names in hidden.items()}


def _empty_rows(answers: Any, shown: Any) -> dict[tuple[int, str, str], str]:
    """Return the rows that nobody wrote: one for each person whose answer is in no block (rule 1)."""
    asked, kept = (frame.groupby("subject").size() for frame in (answers, shown))
    empty = asked.sub(kept, fill_value=0).astype(int)
    return {(subject, "", "empty rows"): str(people) for subject, people in empty.items()}


def _half_up(value: Any, people: Any) -> Any:
    """Return value / people as a whole number of half steps, rounded half up, between 1.5 and 4.5."""
    return ((2 * value + people) // (2 * people)).clip(3, 9)


def _mean(steps: int) -> str:
    return {3: "1.5 or less", 9: "4.5 or more"}.get(steps, str(steps / 2))


def _steadiness(people: int) -> str:
    """Return Spearman and Brown's reliability of so many raters."""
    return f"{people * ICC / (1 + (people - 1) * ICC):.2f}"


def _portion(part: int, people: int) -> str:
    share = part / people
    return "few" if share < 0.25 else "most" if share > 0.5 else "some"


def differences(expected: Figures, found: Figures) -> Sequence[str]:
    """Return a line for each figure that is not the same in both, or in one of them only."""
    return [
        f"subject {subject}, {block or 'whole'}, {name}: expected {expected.get(key)}, found {found.get(key)}"
        for key in sorted(expected.keys() | found.keys())
        if expected.get(key) != found.get(key)
        for subject, block, name in (key,)
    ]
