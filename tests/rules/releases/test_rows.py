"""The rows of a heat map: shown rows make up their parent, and each hidden unit names one above it."""

from collections.abc import Mapping
from typing import Final

import pytest

from benchmarks.releases.organisations import FLOORS, organisation
from rules.releases import regions
from rules.releases.model import WHOLE, CountBand, ReleasedCell
from rules.releases.release import make_release
from rules.releases.rows import Row, rows_of

PARENTS: Final = {"b": WHOLE, "b2": "b", "b1": "b", "a": WHOLE, "a1": "a", "a11": "a1"}


def cell(unit: str, *, rest: bool = False) -> ReleasedCell:
    return ReleasedCell(unit=unit, cluster="c", holders=CountBand(low=5, high=9), rest=rest, epoch=1)


def named(rows: tuple[Row, ...]) -> list[tuple[str, bool, str | None]]:
    return [(row.unit, row.rest, "shown" if row.cell else row.shown_above) for row in rows]


def test_a_unit_by_itself_is_one_row() -> None:
    cells = [cell(WHOLE), cell("b"), cell(WHOLE, rest=True)]
    assert named(rows_of(cells, parents=PARENTS)) == [(WHOLE, False, "shown")]
    assert named(rows_of(cells, parents=PARENTS, unit="b2")) == [("b2", False, "b")]


def test_the_rows_below_a_unit_come_in_the_order_of_the_tree_and_its_rest_at_the_end() -> None:
    cells = [cell(WHOLE, rest=True), cell("b"), cell(WHOLE)]
    assert named(rows_of(cells, parents=PARENTS, children=True)) == [
        (WHOLE, False, "shown"),
        ("b", False, "shown"),
        ("a", False, WHOLE),
        (WHOLE, True, "shown"),
    ]


def test_after_a_hidden_unit_come_the_topmost_shown_ones_below_it() -> None:
    cells = [cell(WHOLE), cell("b1"), cell("a11"), cell("b1", rest=True)]
    assert named(rows_of(cells, parents=PARENTS, children=True)) == [
        (WHOLE, False, "shown"),
        ("b", False, WHOLE),
        ("b1", False, "shown"),
        ("a", False, WHOLE),
        ("a11", False, "shown"),
    ]


def test_where_nothing_is_shown_no_unit_above_is_named() -> None:
    assert named(rows_of([], parents=PARENTS, children=True)) == [
        (WHOLE, False, None),
        ("b", False, None),
        ("a", False, None),
    ]
    assert rows_of([], parents=PARENTS, unit="a made since") == (Row(unit="a made since"),)


@pytest.mark.parametrize("seed", range(8))
def test_the_shown_rows_of_a_real_release_make_up_their_parent(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regions, "ALL_LEVELS_FROM", 0)
    basis = organisation(seed).basis(1)
    release = make_release(basis=basis, earlier=(), bases={}, floors=FLOORS, layout_epoch=1)
    for of in release.clusters:
        shown = {one.unit for one in of.cells if not one.rest}
        holders = {
            one: basis.holders[of.cluster].keys() & set(under(basis.seats, one, basis.parents))
            for one in shown
        }
        own = {region.unit: region.value for region in of.regions}
        for unit in shown:
            rows = rows_of(of.cells, parents=basis.parents, unit=unit, children=True)[1:]
            found = [own[row.unit] if row.rest else len(holders[row.unit]) for row in rows if row.cell]
            below = any(parent == unit for parent in basis.parents.values())
            assert sum(found) == (len(holders[unit]) if below else 0)


def under(seats: Mapping[str, str], unit: str, parents: Mapping[str, str]) -> list[str]:
    def above(one: str) -> set[str]:
        return {one} | (above(parents[one]) if one else set())

    return [person for person, seat in seats.items() if unit in above(seat)]
