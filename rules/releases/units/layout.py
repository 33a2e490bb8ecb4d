"""
Which units are shown for a cluster: the best safe layout, by a dynamic programme over the tree.

The privacy review, section 3, has the definition, why it is safe, and the measurements. In short: the region
of a shown unit is the unit without the shown units below it. All that can be computed from the counts of
shown units are sums of whole regions; so when each region is safe, everything is, even on exact counts.
People who sit in a unit that has units below it are a leaf of that unit which has no name and is never shown.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import takewhile
from typing import NamedTuple, TypeVar

import msgspec

from rules.releases.model import WHOLE
from rules.releases.units.tree import Tree


class Seats(msgspec.Struct, frozen=True, kw_only=True):
    """How many contributors and holders of a cluster sit in each unit itself; findable people are neither."""

    contributors: Mapping[str, int]
    holders: Mapping[str, int]


class _Left(NamedTuple):
    """
    The contributors of a subtree who are in no shown unit yet, counted up to the floor.

    `outside`: how many are outside the largest unit that isn't shown and doesn't have them all.
    """

    holders: int
    others: int
    outside: int


class _Parts(NamedTuple):
    """The same while the parts of a unit are put together: `largest` is the largest part so far."""

    left: _Left
    largest: int
    parts: int


_Shown = tuple["_Shown", "_Shown"] | str | None
"""A set of shown units as a tree of choices, so that choices share what they have in common."""
_NOTHING = _Left(0, 0, 0)
_State = TypeVar("_State", _Left, _Parts)


def lay_out(tree: Tree, seats: Seats, *, floor: int, allowed: AbstractSet[str]) -> frozenset[str]:
    """
    Return the safe set of shown units among those allowed that has the largest weight (privacy rule 15).

    A unit weighs as much as it has leaves, so higher units come first. Takes time in proportion to the number
    of units.
    """
    weights = tree.leaves()
    best: dict[str, dict[_Left, tuple[int, _Shown]]] = {}
    for unit in reversed(tree.units):
        choices = _together(
            [best.pop(child) for child in tree.children[unit]] + [_own(unit, seats, floor)], floor
        )
        if unit in allowed:
            _show(unit, weights[unit], choices, floor)
        best[unit] = choices
    _, shown = max(best[WHOLE].values(), key=lambda choice: choice[0])
    return frozenset(_listed(shown))


def safe(shown: AbstractSet[str], tree: Tree, seats: Seats, *, floor: int) -> bool:
    """
    Return whether a set of shown units is safe, straight from the definition in the privacy review.

    It shares nothing with the programme that finds the best one, and takes much longer.
    """
    nearest = tree.nearest(shown)
    for unit in shown:
        below = {one for one in tree.units if unit in tree.above(one)}
        region = {one for one in below if nearest[one] == unit}
        if not (_both_sides(below, seats, floor) and region_safe(region, tree, seats, floor=floor)):
            return False
    return True


def region_safe(region: AbstractSet[str], tree: Tree, seats: Seats, *, floor: int) -> bool:
    """
    Return whether a region, given as its units, is safe by itself: nobody in it, or enough on both sides.

    And outside each unit in it that isn't shown, and outside the people who sit in one unit, there must be
    nobody or enough people: else the rest of the region would be known too well.
    """
    people = _count(region, seats.contributors)
    parts = dict.fromkeys(region, 0)
    for one in region:
        for unit in takewhile(region.__contains__, tree.above(one)):
            parts[unit] += seats.contributors.get(one, 0)
    sizes = {*parts.values(), *(seats.contributors.get(one, 0) for one in region)}
    enough = not people or _both_sides(region, seats, floor)
    return enough and not any(0 < people - size < floor for size in sizes)


def _both_sides(units: AbstractSet[str], seats: Seats, floor: int) -> bool:
    holders = _count(units, seats.holders)
    return min(holders, _count(units, seats.contributors) - holders) >= floor


def _count(units: AbstractSet[str], people: Mapping[str, int]) -> int:
    return sum(people.get(one, 0) for one in units)


def _own(unit: str, seats: Seats, floor: int) -> dict[_Left, tuple[int, _Shown]]:
    """Return the only choice for the people who sit in the unit itself: they are left."""
    holders = seats.holders.get(unit, 0)
    others = seats.contributors.get(unit, 0) - holders
    return {_Left(min(holders, floor), min(others, floor), 0): (0, None)}


def _together(parts: list[dict[_Left, tuple[int, _Shown]]], floor: int) -> dict[_Left, tuple[int, _Shown]]:
    """Return the best choice for each state that the parts can have together."""
    joined: dict[_Parts, tuple[int, _Shown]] = {_Parts(_NOTHING, 0, 0): (0, None)}
    for part in parts:
        longer: dict[_Parts, tuple[int, _Shown]] = {}
        for state, (weight, shown) in joined.items():
            for left, (more, also) in part.items():
                _keep(longer, _join(state, left, floor), weight + more, _both(shown, also))
        joined = longer
    best: dict[_Left, tuple[int, _Shown]] = {}
    for state, (weight, shown) in joined.items():
        _keep(best, state.left, weight, shown)
    return best


def _join(state: _Parts, part: _Left, floor: int) -> _Parts:
    """
    Return the state with one more part.

    With one part that has people, what is outside the largest unit is outside one inside that part; with
    more, the largest unit is the largest part.
    """
    size = min(part.holders + part.others, floor)
    if not size:
        return state
    if not state.parts:
        return _Parts(part, size, 1)
    outside = min(state.largest, size) + (state.left.outside if state.parts > 1 else 0)
    left = _Left(
        min(state.left.holders + part.holders, floor),
        min(state.left.others + part.others, floor),
        min(outside, floor),
    )
    return _Parts(left, max(state.largest, size), 2)


def _show(unit: str, weight: int, choices: dict[_Left, tuple[int, _Shown]], floor: int) -> None:
    """Add the choice of showing the unit, where its region is safe; then nothing is left."""
    shown = [
        (choice[0] + weight, _both(unit, choice[1]))
        for left, choice in choices.items()
        if (left == _NOTHING and choice[1] is not None)
        or (left.holders == left.others == floor and left.outside in {0, floor})
    ]
    for more, also in shown:
        _keep(choices, _NOTHING, more, also)


def _keep(choices: dict[_State, tuple[int, _Shown]], state: _State, weight: int, shown: _Shown) -> None:
    """Keep a choice that is better than the one before; of equal ones the first."""
    if state not in choices or choices[state][0] < weight:
        choices[state] = (weight, shown)


def _both(one: _Shown, other: _Shown) -> _Shown:
    if one is None or other is None:
        return one if other is None else other
    return (one, other)


def _listed(shown: _Shown) -> Iterator[str]:
    waiting = [shown]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif one is not None:
            waiting.extend(one)
