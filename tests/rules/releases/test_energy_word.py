"""Privacy rules 14 and 24: one word about energy, as people say themselves, and only where both sides are."""

import pytest

from benchmarks.releases.organisations import FLOORS
from rules.releases.energy_word import energy_word
from rules.releases.model import WHOLE, Basis, EnergyWord, ReleasedCell
from tests.rules.releases.people import basis_of, crowd, only_cluster, released


@pytest.mark.parametrize(
    ("gives", "costs", "neither", "word"),
    [
        (10, 5, 0, EnergyWord.MOSTLY_GIVES),
        (9, 5, 0, EnergyWord.MIXED),
        (5, 9, 0, EnergyWord.MIXED),
        (5, 10, 0, EnergyWord.MOSTLY_COSTS),
        (5, 5, 0, EnergyWord.MIXED),
        (20, 4, 9, None),
        (4, 20, 9, None),
        (20, 0, 0, None),
    ],
)
def test_rule_14_a_word_needs_five_on_each_side(
    gives: int, costs: int, neither: int, word: EnergyWord | None
) -> None:
    assert energy_word([2] * gives + [-1] * costs + [0] * neither, FLOORS) is word


def test_a_word_needs_ten_who_want_their_energy_counted() -> None:
    assert energy_word([1] * 5 + [-1] * 4 + [None] * 30, FLOORS) is None


def basis(gives: int, costs: int, *, epoch: int, more: int = 0, silent: int = 0) -> Basis:
    people = crowd(gives, {"c-1": 1}, name="gives") | crowd(20, {}, name="other")
    people |= crowd(costs, {"c-1": -1}, name="costs") | crowd(silent, {"c-1": None}, name="silent")
    return basis_of(people | crowd(more, {"c-1": 1}, name="new"), epoch=epoch)


def whole(*bases: Basis) -> ReleasedCell:
    """Return the cell of the whole in the last release."""
    return next(cell for cell in only_cluster(released(*bases)[-1]).cells if cell.unit == WHOLE)


def test_a_word_changes_only_when_five_people_came_to_a_side_or_left_one() -> None:
    """Six who don't want their energy counted make the figure of holders anew, but not the word."""
    first = basis(9, 5, epoch=1)
    four = whole(first, basis(9, 5, epoch=2, more=4, silent=6))
    assert (four.epoch, four.energy, four.energy_epoch) == (2, EnergyWord.MIXED, 1)
    five = whole(first, basis(9, 5, epoch=2, more=5, silent=6))
    assert (five.epoch, five.energy, five.energy_epoch) == (2, EnergyWord.MOSTLY_GIVES, 2)


def test_a_word_changes_when_five_people_feel_otherwise_though_the_same_people_hold_it() -> None:
    people = {f"p{number}": ("t", {"c-1": 1 if number < 14 else -1}) for number in range(20)}
    later = {f"p{number}": ("t", {"c-1": 1 if number < 9 else -1}) for number in range(20)}
    others = crowd(20, {}, name="other")
    cell = whole(basis_of({**people, **others}), basis_of({**later, **others}, epoch=2))
    assert (cell.epoch, cell.energy, cell.energy_epoch) == (1, EnergyWord.MIXED, 2)


def test_a_word_stays_when_one_side_became_too_small_until_it_is_too_old() -> None:
    first = basis(9, 5, epoch=1)
    assert whole(first, basis(9, 0, epoch=2, more=6)).energy_epoch == 1
    late = whole(first, basis(9, 0, epoch=10, more=6))
    assert (late.epoch, late.energy, late.energy_epoch) == (10, None, None)


def test_a_rest_has_a_band_only() -> None:
    people = crowd(9, {"c-1": 1}, name="gives") | crowd(9, {"c-1": -1}, name="costs") | crowd(9, {}, name="o")
    cells = only_cluster(released(basis_of(people))[0]).cells
    assert [(cell.energy, cell.trend) for cell in cells if cell.rest] == []
    staff = crowd(9, {"c-1": 1}, name="g", unit="") | crowd(9, {"c-1": -1}, name="k", unit="")
    staff |= crowd(9, {}, name="n", unit="")
    cells = only_cluster(released(basis_of(people | staff))[0]).cells
    assert [(cell.unit, cell.energy, cell.trend) for cell in cells if cell.rest] == [(WHOLE, None, None)]
    assert all(cell.energy for cell in cells if not cell.rest)
