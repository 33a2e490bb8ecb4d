"""The tree of units on which a release is laid out."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from rules.releases.model import WHOLE


class Tree:
    """
    Units under the whole organisation.

    `units` has each unit before those below it, `children` those directly below a unit, both sorted, so that
    nothing depends on the order of a mapping. Raises ValueError when a unit is not below the whole.
    """

    def __init__(self, parents: Mapping[str, str]) -> None:
        if WHOLE in parents:
            raise ValueError("nothing is above the whole organisation")
        self.parents = parents
        self.children: dict[str, list[str]] = {unit: [] for unit in (WHOLE, *sorted(parents))}
        for unit in sorted(parents):
            self.children.setdefault(parents[unit], []).append(unit)
        self.units = tuple(self._below(WHOLE))
        if len(self.units) != len(self.children):
            raise ValueError("each unit must be below the whole organisation")

    def nearest(self, shown: AbstractSet[str]) -> dict[str, str]:
        """Return, by unit, the nearest of the shown units at or above it; those without one are left out."""
        found: dict[str, str] = {}
        for unit in self.units:
            if unit in shown:
                found[unit] = unit
            elif unit != WHOLE and (above := found.get(self.parents[unit])) is not None:
                found[unit] = above
        return found

    def above(self, unit: str) -> Iterator[str]:
        """Yield a unit and all units above it, the whole last."""
        yield unit
        while unit != WHOLE:
            unit = self.parents[unit]
            yield unit

    def leaves(self) -> dict[str, int]:
        """Return, by unit, how many units without units below them it has; 1 for such a unit itself."""
        counts: dict[str, int] = {}
        for unit in reversed(self.units):
            counts[unit] = sum(counts[child] for child in self.children[unit]) or 1
        return counts

    def _below(self, unit: str) -> Iterator[str]:
        waiting = [unit]
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(reversed(self.children.get(one, [])))
