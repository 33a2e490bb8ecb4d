"""Privacy rule 14 on terms: of the whole only, and nothing to subtract from the cluster or each other."""

from itertools import combinations, product
from typing import Final

import pytest

from benchmarks.releases.organisations import organisation
from rules.releases.model import Basis, CountBand, Release
from rules.releases.people import people_of
from tests.rules.releases.attacker import FEW, History, clusters_of, history_of
from tests.rules.releases.people import basis_of, crowd, only_cluster, released

OTHERS: Final = crowd(20, {}, name="other")
REFUSING: Final = crowd(9, None, name="refusing")


def terms_of(*bases: Basis) -> dict[str, tuple[int, int]]:
    """Return the lower edge and the release of each term that the last release shows."""
    return {one.term: (one.holders.low, one.epoch) for one in only_cluster(released(*bases)[-1]).terms}


def test_rule_14_a_term_is_shown_when_enough_hold_it_and_enough_only_others_of_its_cluster() -> None:
    people = {**crowd(12, {"c-1": 0}, name="a"), **crowd(5, {"c-2": 0}, name="b"), **OTHERS}
    people |= crowd(6, {"c-1": 0, "c-2": 0, "c-3": 0}, name="c")
    assert terms_of(basis_of(people)) == {"c-1": (10, 1), "c-2": (10, 1), "c-3": (5, 1)}


def test_a_term_that_all_but_four_of_its_cluster_hold_is_hidden() -> None:
    people = {**crowd(12, {"c-1": 0}, name="a"), **crowd(4, {"c-2": 0}, name="b"), **OTHERS}
    assert terms_of(basis_of(people)) == {}


def test_the_smallest_term_is_hidden_when_all_together_would_count_those_who_hold_several() -> None:
    people = {**crowd(12, {"c-1": 0}, name="a"), **crowd(6, {"c-2": 0}, name="b"), **OTHERS}
    people |= crowd(4, {"c-1": 0, "c-2": 0}, name="both")
    assert set(terms_of(basis_of(people))) == {"c-1"}
    people |= crowd(5, {"c-1": 0, "c-2": 0}, name="both")
    assert set(terms_of(basis_of(people))) == {"c-1", "c-2"}


def test_a_term_that_nobody_holds_together_with_another_may_be_shown_with_all_others() -> None:
    people = {**crowd(12, {"c-1": 0}, name="a"), **crowd(6, {"c-2": 0}, name="b"), **OTHERS}
    assert set(terms_of(basis_of(people))) == {"c-1", "c-2"}


def test_terms_are_hidden_where_the_whole_is() -> None:
    few = {**crowd(12, {"c-1": 0}, name="a"), **crowd(6, {"c-2": 0}, name="b"), **crowd(4, {}, name="o")}
    made = released(basis_of(few))[0]
    assert made.clusters == ()


def test_a_term_stays_as_it_was_until_five_people_came_or_went() -> None:
    people = {**crowd(12, {"c-1": 0}, name="a"), **crowd(15, {"c-2": 0}, name="b"), **OTHERS}
    more = people | crowd(5, {"c-2": 0}, name="new")
    assert terms_of(basis_of(people), basis_of(more, epoch=2)) == {"c-1": (10, 1), "c-2": (20, 2)}


def test_a_term_is_not_made_anew_when_all_terms_minus_the_cluster_would_be_those_who_are_new_to_another() -> (
    None
):
    people = {**crowd(12, {"c-1": 0}, name="a"), **crowd(15, {"c-2": 0}, name="b"), **OTHERS}
    more = people | crowd(5, {"c-2": 0}, name="new") | crowd(3, {"c-1": 0}, name="few")
    assert terms_of(basis_of(people), basis_of(more, epoch=2)) == {"c-1": (10, 1), "c-2": (10, 1)}


def test_a_region_is_not_made_anew_when_it_would_differ_from_a_term_by_four_people() -> None:
    """Of 20 holders 15 hold one term. The other five leave and four come: 19 minus 15 would be those four."""
    base = {**crowd(15, {"c-1": 0}, name="a"), **OTHERS}
    first = basis_of({**base, **crowd(5, {"c-2": 0}, name="b")})
    second = basis_of({**base, **crowd(4, {"c-2": 0}, name="new")}, epoch=2)
    made = released(first, second)
    assert [one.holders for one in only_cluster(made[0]).terms if one.term == "c-1"] == [
        CountBand(low=10, high=19)
    ]
    assert made[1].held is not None


@pytest.mark.parametrize("seed", range(5))
def test_no_two_releases_of_terms_and_wholes_differ_by_one_to_four_people(seed: int) -> None:
    made = organisation(seed, clusters=3)
    history = history_of(made, releases=8, churn=0.1, moves=0.03, erased=0.01)
    assert [one for cluster in clusters_of(history) for one in small_differences(history, cluster)] == []


def small_differences(history: History, cluster: str) -> list[tuple[str, int]]:
    """Compare terms with their own earlier figures and each whole, and all of a release with its whole."""
    people = {epoch: people_of(basis, cluster) for epoch, basis in history.bases.items()}
    terms: dict[str, dict[int, frozenset[str]]] = {}
    wholes, found = [], []
    for release in history.published:
        for of in (one for one in release.clusters if one.cluster == cluster):
            whole = counted(history, release, cluster)
            wholes.append(whole)
            for one in of.terms:
                terms.setdefault(one.term, {})[one.epoch] = frozenset(people[one.epoch].terms[one.term])
            if {one.term for one in of.terms} == people[release.epoch].terms.keys():
                sets = [terms[one.term][one.epoch] for one in of.terms]
                several = {
                    p for p in set[str]().union(whole, *sets) if sum(p in s for s in sets) != (p in whole)
                }
                found.append(("all", len(several)))
    for term, shown in terms.items():
        found += [(term, len(one ^ other)) for one, other in combinations(shown.values(), 2)]
        found += [(term, len(one ^ whole)) for one, whole in product(shown.values(), wholes)]
    return [one for one in found if 0 < one[1] <= FEW]


def counted(history: History, release: Release, cluster: str) -> frozenset[str]:
    """Return the holders whom the whole of a release counts; organisations of this size show two levels."""
    (of,) = (one for one in release.clusters if one.cluster == cluster)
    shown = {region.unit for region in of.regions}
    found: set[str] = set()
    for region in of.regions:
        then = people_of(history.bases[region.epoch], cluster)
        for person in then.holders:
            division = then.seats[person].split("t")[0]
            found |= {person} if (division if division in shown else "") == region.unit else set()
    return frozenset(found)
