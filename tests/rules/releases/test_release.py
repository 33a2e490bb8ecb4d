"""Releases as a whole: the same for the same inputs, held with a reason, and what is refused."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import msgspec
import pytest

from benchmarks.releases.organisations import FLOORS, organisation, without
from rules.releases import regions
from rules.releases.model import WHOLE, Basis, CountBand, Held, Release, Trend
from rules.releases.release import in_force, make_release
from tests.rules.releases.attacker import history_of
from tests.rules.releases.people import basis_of, crowd, only_cluster, released

OTHERS: Final = crowd(20, {}, name="other") | crowd(9, None, name="refusing")
Key = TypeVar("Key")
Value = TypeVar("Value")


def backwards(basis: Basis) -> Basis:
    """Return an equal basis with every mapping in another order."""
    return Basis(
        epoch=basis.epoch,
        parents=turned(basis.parents),
        seats=turned(basis.seats),
        contributors=frozenset(sorted(basis.contributors, reverse=True)),
        holders=turned({cluster: turned(found) for cluster, found in basis.holders.items()}),
        term_holders=turned(basis.term_holders),
        clusters_of_terms=turned(basis.clusters_of_terms),
        findable=turned(basis.findable),
    )


def turned(found: Mapping[Key, Value]) -> dict[Key, Value]:
    return dict(reversed(list(found.items())))


@pytest.mark.parametrize("seed", range(4))
def test_equal_inputs_give_equal_bytes_in_whatever_order_they_are(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(regions, "ALL_LEVELS_FROM", 0)
    history = history_of(organisation(seed, named=0.03), releases=6, churn=0.1, moves=0.03)
    for place, release in enumerate(history.releases):
        bases = {epoch: backwards(basis) for epoch, basis in history.bases.items() if epoch <= place}
        again = make_release(
            basis=backwards(history.bases[place + 1]),
            earlier=history.releases[:place],
            bases=turned(bases),
            floors=FLOORS,
            layout_epoch=1,
        )
        assert msgspec.json.encode(again) == msgspec.json.encode(release)


def test_a_release_comes_back_from_its_bytes_as_it_was() -> None:
    release = released(organisation(1).basis(1))[0]
    assert msgspec.json.decode(msgspec.json.encode(release), type=Release) == release


def test_a_release_in_which_nothing_can_be_shown_is_held_with_the_reason() -> None:
    few = basis_of(crowd(4, {"c-1": 0}, name="a") | OTHERS)
    assert released(few) == [Release(epoch=1, layout_epoch=1, held=Held.TOO_FEW)]


def test_a_release_in_which_too_few_people_came_or_went_is_held_with_the_reason() -> None:
    people = crowd(12, {"c-1": 0}, name="a") | OTHERS
    made = released(basis_of(people), basis_of(people | crowd(4, {"c-1": 0}, name="new"), epoch=2))
    assert made[1] == Release(epoch=2, layout_epoch=1, held=Held.UNCHANGED)
    assert in_force(made, 2) == made[0]
    assert in_force(made, 0) is None


def test_a_cluster_that_was_hidden_so_far_is_laid_out_when_enough_hold_it() -> None:
    people = crowd(12, {"c-1": 0}, name="a") | crowd(3, {"d-1": 0}, name="d") | OTHERS
    later = basis_of(people | crowd(4, {"d-1": 0}, name="new"), epoch=2)
    assert [one.cluster for one in released(basis_of(people), later)[1].clusters] == ["c", "d"]


def test_with_fewer_than_a_thousand_contributors_only_two_levels_are_laid_out() -> None:
    parents = {"d": WHOLE, "t1": "d", "t2": "d"}

    def made_of(count: int) -> set[str]:
        people = {
            **crowd(count // 2, {"c-1": 0}, name="a", unit="t1"),
            **crowd(count // 2, {}, name="b", unit="t1"),
        }
        people |= crowd(10, {"c-1": 0}, name="c", unit="t2") | crowd(10, {}, name="d", unit="t2")
        cells = only_cluster(released(basis_of(people, parents=parents))[0]).cells
        return {cell.unit for cell in cells}

    assert made_of(978) == {WHOLE, "d"}
    assert made_of(980) == {WHOLE, "d", "t1", "t2"}


def test_taking_part_is_a_band_of_the_whole_that_is_hidden_when_too_few_do_not() -> None:
    people = crowd(12, {"c-1": 0}, name="a") | crowd(20, {}, name="other")
    assert released(basis_of(people | crowd(4, None, name="refusing")))[0].contributors is None
    shown = released(basis_of(people | crowd(5, None, name="refusing")))[0]
    assert (shown.contributors, shown.contributors_epoch) == (CountBand(low=20, high=49), 1)


def test_taking_part_stays_as_it_was_until_five_people_began_or_ended_it() -> None:
    people = crowd(12, {"c-1": 0}, name="a") | crowd(35, {}, name="b") | crowd(9, None, name="refusing")

    def later(ended: int) -> Basis:
        changed = crowd(6, {"c-1": 0}, name="new") | crowd(ended, None, name="b")
        return basis_of({**people, **changed}, epoch=2)

    assert released(basis_of(people), later(0))[1].contributors_epoch == 2
    swapped = {**people, **crowd(12, {}, name="a"), **crowd(12, {"c-1": 0}, name="b")}
    made = released(basis_of(people), basis_of(swapped, epoch=2))[1]
    assert (made.held, made.contributors_epoch) == (None, 1)


def test_a_trend_is_against_the_release_of_four_releases_ago() -> None:
    sizes = [12, 25, 31, 38, 45, 19]
    bases = [
        basis_of(crowd(size, {"c-1": 0}, name="a") | OTHERS, epoch=epoch)
        for epoch, size in enumerate(sizes, start=1)
    ]
    trends = [{cell.trend for cell in only_cluster(one).cells} for one in released(*bases)]
    assert trends == [{None}, {None}, {None}, {None}, {Trend.RISING}, {Trend.FALLING}]


def test_what_is_scarce_is_shown_and_in_the_lowest_band() -> None:
    cells = only_cluster(released(basis_of(crowd(9, {"c-1": 0}, name="a") | OTHERS))[0]).cells
    assert {cell.scarce for cell in cells} == {True}
    cells = only_cluster(released(basis_of(crowd(10, {"c-1": 0}, name="a") | OTHERS))[0]).cells
    assert {cell.scarce for cell in cells} == {False}


def test_people_whom_the_finder_names_are_neither_contributors_nor_holders() -> None:
    people = crowd(12, {"c-1": 0}, name="a") | OTHERS
    named = [f"a{number}" for number in range(8)]
    assert released(basis_of(people, findable=named))[0].held is Held.TOO_FEW
    release = released(basis_of(people, findable=named[:3]))[0]
    assert {region.value for region in only_cluster(release).regions} <= {0, 9}


@pytest.mark.parametrize("floor", ["organisation", "energy", "change"])
def test_a_floor_below_the_lowest_is_refused(floor: str) -> None:
    lower: Any = {floor: getattr(FLOORS, floor) - 1}
    with pytest.raises(ValueError, match=f"the floor {floor}"):
        make_release(
            basis=organisation(1).basis(1),
            earlier=(),
            bases={},
            floors=msgspec.structs.replace(FLOORS, **lower),
            layout_epoch=1,
        )


def test_units_that_would_be_laid_out_anew_and_a_basis_that_is_missing_are_refused() -> None:
    first, second = organisation(1).basis(1), organisation(1).basis(2)
    earlier = released(first)
    with pytest.raises(ValueError, match="laid out anew"):
        make_release(basis=second, earlier=earlier, bases={1: first}, floors=FLOORS, layout_epoch=2)
    with pytest.raises(ValueError, match=r"without the bases of releases \[1\]"):
        make_release(basis=second, earlier=earlier, bases={}, floors=FLOORS, layout_epoch=1)
    with pytest.raises(ValueError, match="made already"):
        make_release(basis=first, earlier=earlier, bases={1: first}, floors=FLOORS, layout_epoch=1)


def test_a_raised_floor_hides_older_figures_below_it() -> None:
    people = crowd(7, {"c-1": 0}, name="a") | crowd(30, {"d-1": 0}, name="d") | OTHERS
    first, second = basis_of(people), basis_of(people, epoch=2)
    made = make_release(
        basis=second,
        earlier=released(first),
        bases={1: first},
        floors=msgspec.structs.replace(FLOORS, organisation=8),
        layout_epoch=1,
    )
    assert [one.cluster for one in made.clusters if one.cells] == ["d"]


def test_people_who_were_forgotten_leave_figures_as_they_are() -> None:
    """Four of the people whom a figure counts are forgotten: it says nothing new, and stays."""
    people = crowd(12, {"c-1": 0}, name="a") | OTHERS
    first, second = basis_of(people), basis_of(people, epoch=2)
    gone = {f"a{number}" for number in range(4)}
    made = make_release(
        basis=without(second, gone),
        earlier=released(first),
        bases={1: without(first, gone)},
        floors=FLOORS,
        layout_epoch=1,
    )
    assert made.held is Held.UNCHANGED
