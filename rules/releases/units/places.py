"""The tree of units and teams that people sit in."""

from collections.abc import Container, Iterator, Mapping

import msgspec

from rules.releases.model import WHOLE


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a unit or team is: under `parent`, None at the top; a closed one has no place in a tree."""

    parent: str | None
    is_closed: bool


def tree_of(places: Mapping[str, Place]) -> dict[str, str]:
    """Return the parent of each open unit and team: the nearest open unit above it, or the whole."""
    is_open = {unit for unit, place in places.items() if not place.is_closed}
    return {unit: _nearest(is_open, _above(unit, places)) for unit in sorted(is_open)}


def seat_in(tree: Mapping[str, str], places: Mapping[str, Place], team: str | None) -> str:
    """
    Return the unit of a tree in which the members of a team sit: the team, or the nearest unit above it.

    `places` are those of today: a team that the tree does not have is under the unit that it is in now.
    """
    if team is None or team in tree:
        return team or WHOLE
    return _nearest(tree, _above(team, places))


def _nearest(known: Container[str], above: Iterator[str]) -> str:
    return next((unit for unit in above if unit in known), WHOLE)


def _above(unit: str, places: Mapping[str, Place]) -> Iterator[str]:
    """Yield the units above, the nearest first; a circle, which no decider makes, ends."""
    seen = {unit}
    place = places.get(unit)
    while place is not None and place.parent is not None and place.parent not in seen:
        seen.add(place.parent)
        yield place.parent
        place = places.get(place.parent)
