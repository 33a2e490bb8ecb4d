"""Privacy rule 15: the layout is safe by its definition, and no safe one shows more."""

import random
from itertools import combinations
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.releases.model import WHOLE
from rules.releases.units.layout import Seats, lay_out, safe
from rules.releases.units.tree import Tree

TREES: Final = 300
UNITS_MAX: Final = 11


def any_tree(rng: random.Random, units: int) -> Tree:
    names = [f"u{number}" for number in range(units - 1)]
    return Tree({unit: rng.choice([WHOLE, *names[:place]]) for place, unit in enumerate(names)})


def any_seats(rng: random.Random, tree: Tree, floor: int) -> Seats:
    """Return people in leaves, and in some inner units."""
    rate = rng.random()
    people = {
        unit: rng.choice([0, rng.randint(0, 3 * floor)]) if tree.children[unit] else rng.randint(0, 4 * floor)
        for unit in tree.units
    }
    holders = {unit: sum(rng.random() < rate for _ in range(count)) for unit, count in people.items()}
    return Seats(contributors=people, holders=holders)


@pytest.mark.parametrize("seed", range(6))
def test_no_safe_set_of_units_weighs_more(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secret
    for _ in range(TREES // 6):
        tree, floor = any_tree(rng, rng.randint(2, UNITS_MAX)), rng.choice([2, 3, 5])
        seats, weights = any_seats(rng, tree, floor), tree.leaves()
        found = lay_out(tree, seats, floor=floor, allowed=set(tree.units))
        assert safe(found, tree, seats, floor=floor)
        heaviest = max(
            sum(weights[unit] for unit in shown)
            for size in range(len(tree.units) + 1)
            for shown in combinations(tree.units, size)
            if safe(frozenset(shown), tree, seats, floor=floor)
        )
        assert sum(weights[unit] for unit in found) == heaviest


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 60), st.integers(2, 6))
def test_rule_15_a_layout_is_safe_however_large_the_tree(seed: int, units: int, floor: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secret
    tree = any_tree(rng, units)
    seats = any_seats(rng, tree, floor)
    allowed = {unit for unit in tree.units if rng.random() < 0.8}
    found = lay_out(tree, seats, floor=floor, allowed=allowed)
    assert found <= allowed
    assert safe(found, tree, seats, floor=floor)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 30))
def test_the_order_of_units_makes_no_difference(seed: int, units: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secret
    tree = any_tree(rng, units)
    seats = any_seats(rng, tree, 3)
    other = Tree(dict(sorted(tree.parents.items(), reverse=True)))
    backwards = Seats(
        contributors=dict(sorted(seats.contributors.items(), reverse=True)),
        holders=dict(sorted(seats.holders.items(), reverse=True)),
    )
    assert lay_out(tree, seats, floor=3, allowed=set(tree.units)) == lay_out(
        other, backwards, floor=3, allowed=set(other.units)
    )


def shown(people: dict[str, tuple[int, int]], parents: dict[str, str]) -> set[str]:
    """Return the layout of units with (contributors, holders), floor 5."""
    seats = Seats(
        contributors={unit: one[0] for unit, one in people.items()},
        holders={unit: one[1] for unit, one in people.items()},
    )
    tree = Tree(parents)
    return set(lay_out(tree, seats, floor=5, allowed=set(tree.units)))


def test_rule_14_a_unit_of_which_all_but_four_hold_it_is_hidden() -> None:
    assert shown({"a": (20, 16), "b": (20, 10)}, {"a": WHOLE, "b": WHOLE}) == {WHOLE}


def test_when_one_unit_must_be_hidden_a_second_one_joins_it() -> None:
    two = {"a": (20, 10), "b": (20, 10), "c": (20, 3)}
    assert shown(two, dict.fromkeys(two, WHOLE)) in ({WHOLE, "a"}, {WHOLE, "b"})


def test_staff_of_a_division_are_a_leaf_without_a_name_that_is_never_shown() -> None:
    few = {"d": (3, 2), "d1": (20, 10), "d2": (20, 10)}
    assert shown(few, {"d": WHOLE, "d1": "d", "d2": "d"}) == {WHOLE, "d"}
    enough = {**few, "d": (12, 6)}
    assert shown(enough, {"d": WHOLE, "d1": "d", "d2": "d"}) == {WHOLE, "d", "d1", "d2"}


def test_few_people_outside_a_unit_hide_the_unit_above_it_whether_it_is_shown_or_not() -> None:
    assert shown({"a": (20, 10), "b": (3, 2)}, {"a": WHOLE, "b": WHOLE}) == {"a"}
    assert shown({"a": (20, 2), "b": (3, 2)}, {"a": WHOLE, "b": WHOLE}) == set()


@pytest.mark.parametrize("parents", [{"a": "b", "b": "a"}, {"a": "nowhere"}, {WHOLE: WHOLE}])
def test_a_unit_that_is_not_below_the_whole_is_refused(parents: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="the whole organisation"):
        Tree(parents)
