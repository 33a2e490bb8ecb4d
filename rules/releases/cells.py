"""The cells that a cluster's regions add up to: bands, what is scarce, and trends (privacy rule 14)."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from rules.releases.bands import band_of, is_scarce, trend_of
from rules.releases.making import Making
from rules.releases.model import ClusterRelease, Region, ReleasedCell

TREND_RELEASES: Final = 4
"""A trend compares with so many releases ago: a year."""


def cells_of(making: Making, regions: Sequence[Region]) -> tuple[ReleasedCell, ...]:
    """
    Return the cells of a cluster, by unit, each unit before its rest; without trends and words.

    A cell is the sum of the regions at and below its unit. A unit with units below it has a rest as well, if
    there are people in its own region.
    """
    hidden = _hidden(making, regions)
    parts: dict[tuple[str, bool], list[Region]] = {}
    for region in regions:
        for unit in making.tree.above(region.unit):
            parts.setdefault((unit, False), []).append(region)
        if making.tree.children[region.unit] and region.value:
            parts[region.unit, True] = [region]
    shown = {region.unit for region in regions}
    return tuple(
        _cell(making, unit, found, rest=rest)
        for (unit, rest), found in sorted(parts.items())
        if unit in shown and hidden.isdisjoint(region.unit for region in found)
    )


def with_trends(cells: Iterable[ReleasedCell], before: ClusterRelease | None) -> tuple[ReleasedCell, ...]:
    """
    Return the cells with their trends against the release that was in force TREND_RELEASES ago.

    A rest has none: it is not about the same people once a unit was hidden.
    """
    bands = {cell.unit: cell.holders for cell in before.cells if not cell.rest} if before else {}
    return tuple(
        replace(cell, trend=trend_of(cell.holders, bands[cell.unit]))
        if cell.unit in bands and not cell.rest
        else cell
        for cell in cells
    )


def _hidden(making: Making, regions: Sequence[Region]) -> set[str]:
    """
    Return the units of regions that can't be shown any more.

    They are too old, or below a floor that was raised since, or below it without the people whom the finder
    names by now: four names and an old figure of five would give away the fifth.
    """
    nearest = making.tree.nearest({region.unit for region in regions})
    named: dict[tuple[str, int], set[str]] = {}
    for epoch in {region.epoch for region in regions}:
        people = making.people_at(epoch)
        for unit, found in people.by_region(nearest, people.holders.keys() & making.named).items():
            named[unit, epoch] = found
    return {
        one.unit
        for one in regions
        if making.too_old(one.epoch)
        or 0 < one.value < making.floors.organisation + len(named.get((one.unit, one.epoch), ()))
    }


def _cell(making: Making, unit: str, parts: Iterable[Region], *, rest: bool) -> ReleasedCell:
    found, floor = list(parts), making.floors.organisation
    band = band_of(sum(region.value for region in found), floor=floor)
    return ReleasedCell(
        unit=unit,
        cluster=making.cluster,
        holders=band,
        rest=rest,
        scarce=is_scarce(band, floor=floor),
        epoch=min(region.epoch for region in found),
    )
