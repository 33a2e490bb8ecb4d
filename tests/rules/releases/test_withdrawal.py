"""
Privacy rule 18, request B5: the release after consent was withdrawn is as if it had never been given.

Byte for byte, when no release counted the person, or when in both worlds the same units were shown before and
the release makes every figure anew. A figure that is not made anew stays, with the date on which it counted
them. Figures that are made anew are equal always, as long as the same units are shown.
"""

from typing import Final

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.releases.organisations import FLOORS, Organisation, organisation
from rules.releases.model import Basis, Release
from rules.releases.release import make_release
from tests.rules.releases.people import basis_of, crowd, released

seeds: Final = st.integers(0, 10**6)


def made_of(seed: int) -> tuple[Organisation, str]:
    """Return a small organisation, and somebody in it who takes part."""
    made = organisation(seed, divisions=(2, 3), teams=(2, 4), people=(8, 30), clusters=3)
    somebody = next(name for name, one in sorted(made.people.items()) if one.consents and one.terms)
    return made, somebody


def after(first: Basis, second: Basis) -> tuple[Release, Release]:
    earlier, later = released(first, second)
    return earlier, later


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_rule_18_who_was_in_no_release_leaves_no_trace(seed: int) -> None:
    """Consent is given after the first cut-off and withdrawn before the second."""
    made, somebody = made_of(seed)
    made.people[somebody].consents = False
    first = made.basis(1)
    made.quarter(churn=0.3)
    made.people[somebody].consents = False
    never = made.basis(2)
    made.people[somebody].consents = True
    made.people[somebody].consents = False
    assert msgspec.json.encode(after(first, made.basis(2))) == msgspec.json.encode(after(first, never))


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_every_figure_that_is_made_after_it_is_as_if_consent_had_never_been_given(seed: int) -> None:
    made, somebody = made_of(seed)
    counted = made.basis(1)
    made.people[somebody].consents = False
    never = made.basis(1)
    made.quarter(churn=0.3)
    made.people[somebody].consents = False
    second = made.basis(2)
    (before, with_), (before_never, without_) = after(counted, second), after(never, second)
    for one, other in pairs(before, with_, before_never, without_):
        assert one == other


def pairs(
    before: Release, with_: Release, before_never: Release, without_: Release
) -> list[tuple[object, object]]:
    """Return the regions that both worlds make anew, of clusters that showed and show the same units."""
    found: list[tuple[object, object]] = []
    shown = [{of.cluster: of for of in one.clusters} for one in (before, with_, before_never, without_)]
    for cluster in shown[1].keys() & shown[3].keys():
        units = {tuple(one.unit for one in of[cluster].regions) for of in shown if cluster in of}
        if len(units) == 1:
            ours, theirs = ({one.unit: one for one in shown[n][cluster].regions} for n in (1, 3))
            found += [(ours[u], theirs[u]) for u in ours if ours[u].epoch == theirs[u].epoch == 2]
    return found


def test_a_release_that_makes_every_figure_anew_is_the_same_byte_for_byte() -> None:
    others = crowd(30, {}, name="other") | crowd(9, None, name="refusing")
    first = crowd(20, {"c-1": 1}, name="a") | crowd(10, {"c-2": -1}, name="b") | others
    never = {**first, "a0": ("t", None)}
    later = never | crowd(12, {"c-1": 1}, name="new") | crowd(12, {"c-2": -1}, name="also")
    second = basis_of(later, epoch=2)
    (counted, with_), (_, without_) = after(basis_of(first), second), after(basis_of(never), second)
    assert {region.epoch for of in with_.clusters for region in of.regions} == {2}
    assert counted.clusters != released(basis_of(never))[0].clusters
    assert msgspec.json.encode(with_) == msgspec.json.encode(without_)


def test_rule_18_a_figure_that_is_not_made_anew_stays_with_its_date() -> None:
    others = crowd(30, {}, name="other") | crowd(9, None, name="refusing")
    first = basis_of(crowd(20, {"c-1": 1}, name="a") | others)
    withdrawn = basis_of({**crowd(20, {"c-1": 1}, name="a"), **others, "a0": ("t", None)}, epoch=2)
    earlier, later = after(first, withdrawn)
    assert later.held is not None
    assert make_release(basis=first, earlier=(), bases={}, floors=FLOORS, layout_epoch=1) == earlier
