"""
When a figure is made anew: only if enough people came or went since every earlier figure of it.

Privacy rule 16. An attacker subtracts figures of two releases. What is left depends on the people who are in
one and not in the other; if those are one to four, he knows something about them. So a region's figure is
made anew only when it differs by the change floor from everything that was ever shown of it. Units are sums
of whole regions, and regions have no people in common, so sums of regions differ by nobody or by as many.

Three kinds of people don't count as a change, because the attacker knows about them or they would cancel out:
people who were forgotten (they are gone from all bases), people whom the finder named at any cut-off, and
people who sat in more than one unit since the layout: who moves from one region to another is one less here
and one more there, and nothing in the sum of both.

A region into which others were merged is compared with each choice of its parts: a part that the attacker
leaves out is worth the holders, or the others, who sit in it now.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

import msgspec

from rules.releases.making import Making


def changed_enough(now: AbstractSet[str], before: Iterable[AbstractSet[str]], *, change: int) -> bool:
    """Return whether a set of people differs from each earlier one by at least so many people."""
    return all(len(now ^ one) >= change for one in before)


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """
    How the regions of the latest release differ now from all that was shown of them, in people.

    `known` has the smallest difference of each, and `omitted` what it is worth to leave a region out.
    """

    known: Mapping[str, float]
    omitted: Mapping[str, int]

    def of(self, nearest: Mapping[str, str]) -> dict[str, float]:
        """Return the same for regions that were put together: the smallest of any choice of their parts."""
        parts: dict[str, list[tuple[float, int]]] = {}
        for unit, differing in self.known.items():
            if unit in nearest:
                parts.setdefault(nearest[unit], []).append((differing, self.omitted[unit]))
        return {unit: _least(choices) for unit, choices in parts.items()}


def changes(making: Making) -> Changes:
    """Return by how many people the regions of the latest release differ from all that was shown of them."""
    past, found = making.past, Changes(known={}, omitted={})
    holders: dict[str, set[str]] = {}
    for epoch, release in past.releases:
        units = [region.unit for region in release.regions]
        if units != sorted(found.known):
            nearest = making.tree.nearest(set(units))
            holders, omitted = _now(making, nearest)
            found = Changes(known=found.of(nearest), omitted=omitted)
        known = dict(found.known)
        for unit in (region.unit for region in release.regions if region.epoch == epoch):
            differing = len(holders.get(unit, set()) ^ past.figures[unit, epoch])
            known[unit] = min(differing, known.get(unit, math.inf))
        found = Changes(known=known, omitted=found.omitted)
    return found


def _now(making: Making, nearest: Mapping[str, str]) -> tuple[dict[str, set[str]], dict[str, int]]:
    """Return who holds the cluster in each region now, and what it is worth to leave a region out."""
    people = making.people
    counted = people.contributors - making.past.uncounted
    holders = people.by_region(nearest, counted & people.holders.keys())
    others = people.by_region(nearest, counted - people.holders.keys())
    omitted = {
        unit: min(len(holders.get(unit, ())), len(others.get(unit, ()))) for unit in set(nearest.values())
    }
    return holders, omitted


def _least(choices: Sequence[tuple[float, int]]) -> float:
    """Each part is compared, or left out; not all are left out."""
    extra = min(compared - left_out for compared, left_out in choices)
    return sum(min(choice) for choice in choices) + max(extra, 0)
