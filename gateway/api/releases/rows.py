"""Which rows a table of one unit has: those that are shown make up the unit together."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from rules.releases.model import WHOLE, ReleasedCell


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """
    One row: a unit, or with `rest` what is below it and not shown by itself, together.

    `cell` is None for a hidden unit; `shown_above` is then the nearest unit above that is shown, None if none
    is.
    """

    unit: str
    rest: bool = False
    cell: ReleasedCell | None
    shown_above: str | None = None


class Tree:
    """The units below the whole organisation; `parents` has the parent of each."""

    def __init__(self, parents: Mapping[str, str]) -> None:
        self.parents = parents
        self._below: dict[str, list[str]] = defaultdict(list)
        for unit, parent in parents.items():
            self._below[parent].append(unit)

    def __contains__(self, unit: str) -> bool:
        return unit == WHOLE or unit in self.parents

    def below(self, unit: str) -> Sequence[str]:
        return self._below.get(unit, ())


class Rows:
    """The rows of one cluster of a release."""

    def __init__(self, cells: Sequence[ReleasedCell], tree: Tree) -> None:
        self._tree = tree
        self._cells = {cell.unit: cell for cell in cells if not cell.rest}
        self._rests = {cell.unit: cell for cell in cells if cell.rest}

    def of(self, unit: str) -> Row:
        """Return the row of a unit itself."""
        cell = self._cells.get(unit)
        return Row(unit=unit, cell=cell, shown_above=None if cell else self._shown_above(unit))

    def rest_of(self, unit: str) -> Row | None:
        """Return the row of the units below that are not shown, together; None if there is nothing of it."""
        cell = self._rests.get(unit)
        return Row(unit=unit, rest=True, cell=cell) if cell else None

    def below(self, unit: str) -> Iterator[Row]:
        """Yield each unit directly below, after a hidden one those shown below it, and at last the rest."""
        for child in self._tree.below(unit):
            yield self.of(child)
            if child not in self._cells:
                yield from self._shown_below(child)
        if rest := self.rest_of(unit):
            yield rest

    def _shown_below(self, unit: str) -> Iterator[Row]:
        for child in self._tree.below(unit):
            if child in self._cells:
                yield self.of(child)
            else:
                yield from self._shown_below(child)

    def _shown_above(self, unit: str) -> str | None:
        while unit != WHOLE:
            unit = self._tree.parents[unit]
            if unit in self._cells:
                return unit
        return None
