"""Privacy rule 15, attacked by linear programming; and that the attack finds what rules of others let out."""

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import Any, Final

import numpy as np
import pytest
from scipy.optimize import linprog

from benchmarks.insteval.ratings import MissingDataError
from benchmarks.releases import tables
from benchmarks.releases.__main__ import PAGE, SEEDS, Result, result_of, row_of
from benchmarks.releases.audit import ROUNDING, audit
from benchmarks.releases.organisations import Organisation, organisation
from benchmarks.releases.rivals import FLOOR, RIVALS, regions
from benchmarks.releases.tables import Table
from rules.releases.model import WHOLE
from rules.releases.people import people_of
from rules.releases.units.tree import Tree
from tests.conftest import not_to_be_had

REVIEW_INVENTED: Final = 32.8
REVIEW_INSTEVAL: Final = 32.6
"""The shares of cells shown that the privacy review measured, in percent, on tables much like these."""


@pytest.fixture(scope="module")
def insteval() -> list[Table]:
    try:
        return list(tables.insteval())
    except MissingDataError as error:
        not_to_be_had(str(error))
        return []


@pytest.fixture(scope="module")
def invented() -> list[Table]:
    return list(tables.invented(SEEDS))


@pytest.mark.parametrize("name", RIVALS)
def test_rule_15_only_the_rule_of_regions_pins_no_cell_as_the_page_says(
    name: str, invented: list[Table], insteval: list[Table]
) -> None:
    results = result_of(RIVALS[name], invented), result_of(RIVALS[name], insteval)
    pinned = [found for result in results for found in (result.low_pinned, result.unsafe_pinned)]
    assert pinned == [0, 0, 0, 0] if name == "regions (ours)" else min(pinned) > 0
    assert row_of(name, *results) in PAGE.read_text(), "run python -m benchmarks.releases"


def test_as_many_cells_are_shown_as_the_privacy_review_measured(
    invented: list[Table], insteval: list[Table]
) -> None:
    assert share(invented) == pytest.approx(REVIEW_INVENTED, abs=2)
    assert share(insteval) == pytest.approx(REVIEW_INSTEVAL, abs=2)


def share(found: Sequence[Table]) -> float:
    cells = sum(len(table.below) for table in found)
    shown = sum(len(regions(table)) for table in found)
    return Result(cells=cells, shown=shown, low_pinned=0, unsafe_pinned=0).share


def test_insteval_is_read_as_14_departments_with_83_teams(insteval: list[Table]) -> None:
    tree = insteval[0].tree
    assert len(tree.children[WHOLE]) == 14
    assert sum(len(tree.children[unit]) for unit in tree.children[WHOLE]) == 83
    assert insteval[0].people(WHOLE) == 1_128


@pytest.mark.parametrize("seed", range(20, 26))
def test_no_cell_is_pinned_when_people_sit_in_inner_units_too(seed: int) -> None:
    made = organisation(seed, clusters=4)
    for _ in range(40):
        made.hire(made.rng.choice([*made.parents, WHOLE]))
    for table in tables_of(made):
        found = audit(table, regions(table), floor=FLOOR)
        assert (found.low_pinned, found.unsafe_pinned) == ((), ())


@pytest.mark.parametrize("seed", range(4))
def test_rule_15_three_clusters_attacked_together_give_away_no_small_pair(seed: int) -> None:
    made = organisation(seed, divisions=(2, 3), teams=(2, 4), people=(8, 25), clusters=3)
    found = list(tables_of(made))
    narrow = list(narrow_pairs(made, found, [regions(table) for table in found]))
    assert narrow == []


def test_the_joint_attack_finds_small_pairs_when_every_cell_with_five_holders_is_shown() -> None:
    made = organisation(0, divisions=(2, 3), teams=(2, 4), people=(8, 25), clusters=3)
    made.rates = {"c0": 0.9, "c1": 0.9, "c2": 0.9}
    for unit in made.teams:
        for _ in range(6):
            made.hire(unit)
    found = list(tables_of(made))
    assert list(narrow_pairs(made, found, [RIVALS["primary"].shown(table) for table in found]))


def tables_of(made: Organisation) -> Iterator[Table]:
    basis = made.basis(1)
    for cluster in made.rates:
        yield Table(Tree(basis.parents), people_of(basis, cluster).counted())


TYPES: Final = list(product((0, 1), repeat=3))
"""Who holds which of three clusters."""


def narrow_pairs(
    made: Organisation, found: Sequence[Table], shown: Sequence[set[str]]
) -> Iterator[tuple[str, int, int]]:
    """Yield units and pairs of clusters, too few of whose holders of both are known too well."""
    seats = found[0].below[WHOLE]
    rows, counts = [], []
    for seat in seats:
        rows.append(np.array([one == seat for one in seats for _ in TYPES], dtype=float))
        counts.append(found[0].seats.contributors[seat])
    for cluster, (table, units) in enumerate(zip(found, shown, strict=True)):
        for unit in units:
            rows.append(holds(seats, set(table.below[unit]), {cluster}))
            counts.append(table.holders(unit))
    basis = made.basis(1)
    held = [people_of(basis, cluster) for cluster in made.rates]
    for unit, (one, other) in product(found[0].below, combinations(range(3), 2)):
        inside = set(found[0].below[unit])
        both = sum(
            held[one].seats[person] in inside for person in held[one].holders if person in held[other].holders
        )
        ends = [solved(sign * holds(seats, inside, {one, other}), rows, counts) for sign in (1, -1)]
        width = -ends[1] - ends[0]
        if both < FLOOR and width < min(FLOOR, found[0].people(unit)) - ROUNDING:
            yield unit, one, other


def holds(seats: Sequence[str], units: set[str], clusters: set[int]) -> Any:
    """Return the sum of people who sit in some units and hold some clusters."""
    return np.array(
        [seat in units and all(kind[one] for one in clusters) for seat in seats for kind in TYPES],
        dtype=float,
    )


def solved(wanted: Any, rows: Sequence[Any], counts: Sequence[int]) -> float:
    found = linprog(wanted, A_eq=np.array(rows), b_eq=np.array(counts), bounds=(0, None), method="highs")
    assert found.success, found.message
    return float(found.fun)
