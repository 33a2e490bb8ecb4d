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
    shown, named = {region.unit for region in regions}, _named(making, regions)
    parts: dict[tuple[str, bool], list[Region]] = {}
    for region in regions:
        for unit in shown.intersection(making.tree.above(region.unit)):
            parts.setdefault((unit, False), []).append(region)
        if making.tree.children[region.unit] and region.value:
            parts[region.unit, True] = [region]
    return tuple(
        _cell(making, unit, found, rest=rest)
        for (unit, rest), found in sorted(parts.items())
        if _can_be_shown(making, found, sum(named.get(region.unit, 0) for region in found))
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


def _can_be_shown(making: Making, parts: Sequence[Region], named: int) -> bool:
    """
    Return whether the sum of some regions can be shown.

    Not when most people in it are in figures that are too old; nor when it is below a floor that was raised
    since, or without the people whom the finder names by now: four names and an old figure of five would give
    away the fifth.
    """
    value = sum(region.value for region in parts)
    old = sum(region.value for region in parts if making.too_old(region.epoch))
    return 2 * old <= value and value - named >= making.floors.organisation


def _named(making: Making, regions: Sequence[Region]) -> dict[str, int]:
    """Return how many of the people whom each region counts are named by the finder by now."""
    nearest = making.tree.nearest({region.unit for region in regions})
    found: dict[str, int] = {}
    for epoch in {region.epoch for region in regions}:
        people = making.people_at(epoch)
        by_region = people.by_region(nearest, people.holders.keys() & making.named)
        found |= {one.unit: len(by_region.get(one.unit, ())) for one in regions if one.epoch == epoch}
    return found


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
