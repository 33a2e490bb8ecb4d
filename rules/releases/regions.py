"""
The regions of a cluster: which are made anew in a release, and which stay as they were.

Privacy rules 15 and 16. The first time, the best safe layout is shown. Later, the best safe layout among the
units that were shown is looked for, and a region of it replaces the regions that it is made of only when
it may be made anew (see `refresh`). Otherwise each of those stays, or is made anew by itself. So a unit that
became too small stays shown with its old figure and its date until the region that it joins has changed by
enough people: nothing changes on the page, not even which units are shown, unless enough people came or went
there. So does a unit whose figure is too old and can't be made anew. Each region is safe on the basis of its
own release.
"""

from collections.abc import Set as AbstractSet
from typing import Final

from rules.releases.layout import lay_out, region_safe
from rules.releases.making import Making
from rules.releases.model import WHOLE, Region
from rules.releases.refresh import Changes, changes

ALL_LEVELS_FROM: Final = 1000
"""With fewer contributors only the whole and the units directly below it are laid out."""


def regions_of(making: Making) -> tuple[Region, ...]:
    """Return the regions of a cluster, by unit."""
    seats, floor = making.seats, making.floors.organisation
    before = {region.unit: region for region in making.regions_before}
    if not before:
        return _made(making, lay_out(making.tree, seats, floor=floor, allowed=_levels(making)))
    differing = changes(making)
    alone = _may_change(making, before.keys(), differing)
    stuck = {unit for unit, one in before.items() if making.too_old(one.epoch)} - alone - {WHOLE}
    layout = lay_out(making.tree, seats, floor=floor, allowed=before.keys() - stuck)
    merged = _may_change(making, layout, differing)
    nearest = making.tree.nearest(layout)
    kept = {unit for unit in before if nearest.get(unit) not in merged}
    made = _made(making, merged | kept)
    anew = merged | (kept & alone)
    return tuple(one if one.unit in anew else before[one.unit] for one in made)


def _levels(making: Making) -> AbstractSet[str]:
    if making.everybody >= ALL_LEVELS_FROM:
        return frozenset(making.tree.units)
    return {WHOLE, *making.tree.children[WHOLE]}


def _made(making: Making, shown: AbstractSet[str]) -> tuple[Region, ...]:
    """Return the regions of a set of shown units, made now."""
    holders = making.people.by_region(making.tree.nearest(shown), making.people.holders)
    return tuple(
        Region(unit=unit, epoch=making.epoch, value=len(holders.get(unit, ()))) for unit in sorted(shown)
    )


def _may_change(making: Making, layout: AbstractSet[str], differing: Changes) -> set[str]:
    """
    Return the units of a layout whose regions are safe now and changed enough since every earlier figure.

    A region that had nobody and has nobody is made anew as well: 0 stays 0.
    """
    nearest = making.tree.nearest(layout)
    regions: dict[str, set[str]] = {}
    for unit, shown in nearest.items():
        regions.setdefault(shown, set()).add(unit)
    seats, floors = making.seats, making.floors
    inhabited = {nearest[seat] for seat in seats.contributors if seat in nearest}
    inhabited |= {nearest[one.unit] for one in making.regions_before if one.value and one.unit in nearest}
    changed = {unit for unit, people in differing.of(nearest).items() if people >= floors.change}
    return {
        unit
        for unit in layout
        if unit not in inhabited
        or (unit in changed and region_safe(regions[unit], making.tree, seats, floor=floors.organisation))
    }
