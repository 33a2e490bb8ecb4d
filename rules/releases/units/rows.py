"""The rows of a heat map: what a reader sees of one unit and of the units below it, for one cluster."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from rules.releases.model import WHOLE, ReleasedCell


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """
    A unit of the heat map, or the `rest` of it; hidden when it has no cell.

    `shown_above`, of a hidden unit, is the nearest unit above it whose cell is shown; None if none is.
    """

    unit: str
    rest: bool = False
    cell: ReleasedCell | None = None
    shown_above: str | None = None


def rows_of(
    cells: Iterable[ReleasedCell], *, parents: Mapping[str, str], unit: str = WHOLE, children: bool = False
) -> tuple[Row, ...]:
    """
    Return the row of a unit and, with `children`, the rows that make it up.

    `cells` are those of one cluster. `parents` has the parent of each unit but the whole; rows come in its
    order: the unit, each unit directly below it, after a hidden one the topmost shown units below that, and
    at the end the unit's rest. So the bands of the shown rows after the first make up the first.
    """
    shown = {(cell.unit, cell.rest): cell for cell in cells}
    own = _row(unit, shown, parents)
    if not children:
        return (own,)
    below = _children(parents)
    rows = [own, *(row for child in below.get(unit, ()) for row in _rows_below(child, shown, parents, below))]
    if rest := shown.get((unit, True)):
        rows.append(Row(unit=unit, rest=True, cell=rest))
    return tuple(rows)


def _rows_below(
    unit: str,
    shown: Mapping[tuple[str, bool], ReleasedCell],
    parents: Mapping[str, str],
    below: Mapping[str, list[str]],
) -> Iterator[Row]:
    """Yield the row of a unit and, if it is hidden, the topmost shown ones below it."""
    yield _row(unit, shown, parents)
    waiting = [] if (unit, False) in shown else below.get(unit, [])[::-1]
    while waiting:
        one = waiting.pop()
        if (one, False) in shown:
            yield _row(one, shown, parents)
        else:
            waiting.extend(below.get(one, [])[::-1])


def _row(unit: str, shown: Mapping[tuple[str, bool], ReleasedCell], parents: Mapping[str, str]) -> Row:
    if cell := shown.get((unit, False)):
        return Row(unit=unit, cell=cell)
    above: str | None = parents.get(unit)
    while above is not None and (above, False) not in shown:
        above = parents.get(above)
    return Row(unit=unit, shown_above=above)


def _children(parents: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for unit, parent in parents.items():
        found.setdefault(parent, []).append(unit)
    return found
