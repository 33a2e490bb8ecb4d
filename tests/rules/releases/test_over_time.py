"""Privacy rule 16: who subtracts releases from each other finds no difference over one to four people."""

import os
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import msgspec
import pytest

from benchmarks.releases.organisations import FLOORS, organisation, without
from rules.releases import refresh, regions, release
from rules.releases.making import AGE_MAX
from rules.releases.model import WHOLE, Basis, Held, Release
from rules.releases.people import people_of
from rules.releases.release import make_release
from rules.releases.units.layout import region_safe
from rules.releases.units.tree import Tree
from tests.rules.releases.attacker import Maker, by_the_rules, clusters_of, findings, history_of
from tests.rules.releases.people import basis_of, crowd, only_cluster
from tests.rules.releases.people import released as made_of

ORGANISATIONS: Final = int(os.environ.get("IPP_TEST_RELEASE_HISTORIES", "3"))
"""Of each kind; a hundred by hand."""
RELEASES: Final = 10


@pytest.fixture(autouse=True)
def all_levels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lay out all levels of small organisations, where there is more to subtract."""
    monkeypatch.setattr(regions, "ALL_LEVELS_FROM", 0)


def attacked(
    kind: int,
    *,
    make: Maker = by_the_rules,
    churn: float = 0.12,
    moves: float = 0,
    erased: float = 0,
    named: float = 0,
    releases: int = RELEASES,
) -> int:
    """Return how many differences are found in the releases of some organisations."""
    found = 0
    for number in range(ORGANISATIONS):
        made = organisation(100 * kind + number, teams=(4, 8), clusters=3, named=named)
        history = history_of(made, releases=releases, churn=churn, moves=moves, erased=erased, make=make)
        found += len(findings(history))
    return found


@pytest.mark.parametrize("churn", [0.02, 0.05, 0.12, 0.3])
def test_people_who_join_leave_begin_and_end_taking_part_are_not_found(churn: float) -> None:
    assert attacked(0, churn=churn) == 0


@pytest.mark.parametrize("moves", [0.02, 0.15])
def test_people_who_move_from_unit_to_unit_are_not_found(moves: float) -> None:
    assert attacked(1, moves=moves) == 0


def test_people_who_are_forgotten_are_not_found() -> None:
    assert attacked(2, erased=0.03) == 0


def test_people_are_not_found_through_those_whom_the_finder_names() -> None:
    assert attacked(3, named=0.1) == 0


def test_rule_16_everything_at_once_finds_nobody() -> None:
    assert attacked(4, churn=0.08, moves=0.05, erased=0.01, named=0.05) == 0


def test_units_that_join_others_because_their_figures_are_old_give_nobody_away() -> None:
    assert attacked(5, churn=0.03, releases=AGE_MAX + 5) == 0


def fresh(basis: Basis, earlier: Sequence[Release], bases: Mapping[int, Basis]) -> Release:
    """Make each release as if it were the first."""
    return make_release(basis=basis, earlier=(), bases={}, floors=FLOORS, layout_epoch=1)


def test_the_attack_finds_people_when_every_release_is_made_anew() -> None:
    assert attacked(0, make=fresh) > 1000


def test_the_attack_finds_people_when_those_who_moved_count_as_a_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(release, "moved", lambda _: frozenset())
    assert attacked(1, moves=0.15) > 0


def test_the_attack_finds_people_when_those_whom_the_finder_names_count_as_a_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(release, "findable", lambda *_: frozenset())
    assert attacked(3, named=0.1) > 0


def shrinking_team() -> list[Release]:
    """Six of a team's eight holders stop; nothing changes for the staff of its division."""
    parents = {"a": WHOLE, "a1": "a"}
    people = crowd(9, None, name="refusing", unit="a") | crowd(20, {}, name="team other", unit="a1")
    people |= crowd(12, {"c-1": 0}, name="staff", unit="a") | crowd(20, {}, name="staff other", unit="a")
    eight = people | crowd(8, {"c-1": 0}, name="team", unit="a1")
    two = eight | crowd(6, {}, name="team", unit="a1")
    return made_of(basis_of(eight, parents=parents), basis_of(two, epoch=2, parents=parents))


def test_a_team_that_became_too_small_does_not_join_a_region_whose_old_figure_would_give_it_away() -> None:
    """The division now, minus its staff then, would be the two holders of the team."""
    assert {one.unit: one.value for one in only_cluster(shrinking_team()[0]).regions if one.value} == {
        "a": 12,
        "a1": 8,
    }
    assert shrinking_team()[1].held is Held.UNCHANGED


def test_it_would_when_merged_regions_were_compared_as_a_whole_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refresh, "_least", lambda choices: sum(compared for compared, _ in choices))
    assert {one.unit: one.value for one in only_cluster(shrinking_team()[1]).regions if one.value} == {
        "a": 14
    }


def one_unit(holders: set[int], *, epoch: int, others: int = 20) -> Basis:
    """Return a basis of one team: holders by number, and others."""
    people = {f"h{number}" for number in holders} | {f"o{number}" for number in range(others)}
    refusing = {f"r{number}" for number in range(9)}
    return Basis(
        epoch=epoch,
        parents={"t": WHOLE},
        seats=dict.fromkeys(people | refusing, "t"),
        contributors=frozenset(people),
        holders={"c": {f"h{number}": 0 for number in holders}},
        term_holders={},
        clusters_of_terms={},
        findable={},
    )


def released(*bases: Basis, forgotten: frozenset[str] = frozenset()) -> list[Release]:
    """Make a release of each basis; who is forgotten leaves all of them before the last release."""
    made: list[Release] = []
    for number, basis in enumerate(bases):
        gone = set(forgotten) if number == len(bases) - 1 else set[str]()
        earlier = {one.epoch: without(one, gone) for one in bases[:number]}
        made.append(by_the_rules(without(basis, gone), made, earlier))
    return made


def figure(one: Release) -> tuple[int, int] | None:
    """Return the value of the team's region and its release; None if the release was held."""
    return next(
        ((found.value, found.epoch) for of in one.clusters for found in of.regions if found.unit == "t"), None
    )


def test_a_figure_stays_until_five_people_came_or_went() -> None:
    first, four = set(range(20)), set(range(16))
    assert [figure(one) for one in released(one_unit(first, epoch=1), one_unit(four, epoch=2))] == [
        (20, 1),
        None,
    ]
    five = set(range(15))
    assert figure(released(one_unit(first, epoch=1), one_unit(five, epoch=2))[1]) == (15, 2)


def test_rule_16_a_figure_is_compared_with_every_earlier_one_not_only_the_last() -> None:
    """Five go, then four of them come back with one other: the first and the third differ by two people."""
    first, second, third = set(range(20)), set(range(15)), {*range(19), 30}
    made = released(*(one_unit(of, epoch=n) for n, of in enumerate((first, second, third), start=1)))
    assert [figure(one) for one in made] == [(20, 1), (15, 2), None]


def test_people_who_were_forgotten_do_not_count_as_a_change() -> None:
    first, five = one_unit(set(range(20)), epoch=1), one_unit(set(range(15)), epoch=2)
    assert released(first, five, forgotten=frozenset({"h19"}))[1].held is Held.UNCHANGED


def test_a_figure_is_hidden_after_eight_releases_and_shown_again_when_it_is_made_anew() -> None:
    first, much = one_unit(set(range(20)), epoch=1), one_unit(set(range(8)), epoch=AGE_MAX + 3)
    still = [one_unit(set(range(20)), epoch=epoch) for epoch in range(2, AGE_MAX + 3)]
    made = released(first, *still, much)
    assert [one.held for one in made[1:-2]] == [Held.UNCHANGED] * (AGE_MAX)
    assert made[-2].held is None
    assert [of.cells for of in made[-2].clusters] == [()]
    assert figure(made[-1]) == (8, AGE_MAX + 3)
    assert made[-1].clusters[0].cells


def test_units_whose_figures_are_too_old_join_the_one_above_when_together_they_changed_enough() -> None:
    """Two teams of division a changed by three people each, those of division b not at all."""
    parents = {"a": WHOLE, "b": WHOLE, "a1": "a", "a2": "a", "b1": "b", "b2": "b"}
    people = crowd(9, None, name="refusing", unit="a1")
    for unit in ("a1", "a2", "b1", "b2"):
        people |= crowd(20, {}, name=f"{unit} other", unit=unit)
        people |= crowd(10, {"c-1": 0}, name=f"{unit} holder", unit=unit)
    new = {
        **crowd(3, {"c-1": 0}, name="new in a1", unit="a1"),
        **crowd(3, {"c-1": 0}, name="new in a2", unit="a2"),
    }
    late = AGE_MAX + 2
    bases = basis_of(people, parents=parents), basis_of(people | new, epoch=late, parents=parents)
    found = only_cluster(made_of(*bases)[1])
    assert {one.unit: (one.value, one.epoch) for one in found.regions if one.value} == {
        "a": (26, late),
        "b1": (10, 1),
        "b2": (10, 1),
    }
    assert {cell.unit: cell.epoch for cell in found.cells} == {WHOLE: 1, "a": late}


def test_rule_16_units_only_become_fewer_within_a_layout_and_where_a_region_is_made_anew() -> None:
    hidden = 0
    for seed in range(6):
        history = history_of(organisation(seed, teams=(4, 8), clusters=4), releases=RELEASES, churn=0.12)
        for cluster in clusters_of(history):
            layouts = [
                (one.epoch, {found.unit: found.epoch for found in of.regions})
                for one in history.published
                for of in one.clusters
                if of.cluster == cluster
            ]
            for (_, before), (epoch, after) in pairwise(layouts):
                assert after.keys() <= before.keys()
                hidden += len(before.keys() - after.keys())
                assert after.keys() == before.keys() or epoch in after.values()
    assert hidden > 0


@pytest.mark.parametrize("seed", range(3))
def test_every_region_of_every_release_is_safe_on_the_basis_of_its_own_release(seed: int) -> None:
    history = history_of(
        organisation(seed, teams=(4, 8), clusters=3, named=0.03), releases=RELEASES, churn=0.1, moves=0.05
    )
    tree = Tree(history.bases[1].parents)
    for release_ in history.published:
        for of in release_.clusters:
            nearest = tree.nearest({region.unit for region in of.regions})
            for region in of.regions:
                area = {unit for unit, shown in nearest.items() if shown == region.unit}
                seats = people_of(history.bases[region.epoch], of.cluster).counted()
                assert region_safe(area, tree, seats, floor=FLOORS.organisation)
                assert sum(seats.holders.get(unit, 0) for unit in area) == region.value


def test_people_whom_the_finder_names_later_hide_an_older_figure_that_would_give_away_the_others() -> None:
    first = one_unit(set(range(8)), epoch=1)
    named = frozenset(f"h{number}" for number in range(4))
    second = msgspec.structs.replace(one_unit(set(range(8)), epoch=2), findable={"c": named})
    made = released(first, second)
    assert made[0].clusters[0].cells
    assert made[1].clusters[0].cells == ()
