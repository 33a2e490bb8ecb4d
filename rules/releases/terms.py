"""
The terms of a cluster, of the whole organisation only (privacy rule 14).

A term's holders are among those of its cluster, so one minus the other is a number of people as well. Hence a
term is shown only if enough people hold its cluster but not the term, and all that was ever shown of the term
and of the cluster's whole differs by enough people, for they are made anew at different times. And when every
term is shown, their sum minus the cluster counts people who hold several terms, or who came or went since one
of the figures; if those are too few, the smallest term stays as it was, or is hidden. Each figure of a term
is made anew like that of a region (privacy rule 16).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain

from rules.releases.bands import band_of
from rules.releases.making import Making
from rules.releases.model import ClusterRelease, Region, ReleasedTerm
from rules.releases.refresh import changed_enough

TermSets = Mapping[str, AbstractSet[str]]
"""The holders of terms."""


def terms_allow(making: Making, regions: Sequence[Region]) -> bool:
    """Return whether the whole of some regions differs enough from each term that was ever shown."""
    shown_before = chain.from_iterable(_ever_shown(making).values())
    return changed_enough(whole_of(making, regions), shown_before, change=making.floors.organisation)


def terms_of(making: Making, regions: Sequence[Region]) -> tuple[ReleasedTerm, ...]:
    """Return the terms of a cluster whose whole is shown, by term."""
    wholes = [whole_of(making, one) for one in (regions, *_regions_of(making))]
    shown_before = _ever_shown(making)
    shown = {
        term: found
        for term in sorted({*making.people.terms, *_latest(making)})
        if (found := _term(making, term, shown_before.get(term, ()), wholes)) is not None
    }
    held = making.people.terms.keys()
    then = [_sets(making, release) for _, release in making.past.releases]
    while shown and held <= shown.keys() and _gives_away_several(making, shown, then, wholes):
        _hide_smallest(making, shown)
    return tuple(shown.values())


def whole_of(making: Making, regions: Sequence[Region]) -> AbstractSet[str]:
    """Return the holders whom regions count, each region at its own release; without the uncounted."""
    nearest = making.tree.nearest({region.unit for region in regions})
    made = {region.unit for region in regions if region.epoch == making.epoch}
    whole = {
        person
        for person in making.people.holders.keys() - making.past.uncounted
        if nearest.get(making.people.seats[person]) in made
    }
    return whole.union(
        *(making.past.figures[region.unit, region.epoch] for region in regions if region.unit not in made)
    )


def _term(
    making: Making, term: str, shown_before: Iterable[AbstractSet[str]], wholes: Iterable[AbstractSet[str]]
) -> ReleasedTerm | None:
    """Return a term made anew, or as it was, or None where neither may be shown."""
    people, floors = making.people, making.floors
    holders = people.terms.get(term, frozenset())
    counted = holders - making.past.uncounted
    if (
        len(holders) >= floors.organisation
        and len(people.holders) - len(holders) >= floors.organisation
        and changed_enough(counted, shown_before, change=floors.change)
        and changed_enough(counted, wholes, change=floors.organisation)
    ):
        band = band_of(len(holders), floor=floors.organisation)
        return ReleasedTerm(term=term, holders=band, epoch=making.epoch)
    return _as_it_was(making, term)


def _as_it_was(making: Making, term: str) -> ReleasedTerm | None:
    """Return a term as it was shown before; None where that may not be shown any more."""
    before = _latest(making).get(term)
    if before is None or making.too_old(before.epoch) or _names_most(making, before):
        return None
    return None if before.holders.low < making.floors.organisation else before


def _names_most(making: Making, term: ReleasedTerm) -> bool:
    """Return whether the finder names so many of a term's holders by now that too few others remain."""
    holders = making.people_at(term.epoch).terms.get(term.term, frozenset())
    return bool(holders & making.named) and len(holders - making.named) < making.floors.organisation


def _gives_away_several(
    making: Making,
    shown: Mapping[str, ReleasedTerm],
    then: Sequence[TermSets],
    wholes: Sequence[AbstractSet[str]],
) -> bool:
    """
    Return whether all terms together say too much of people who hold several.

    They are compared with the whole of this release and, with the terms shown `then`, of earlier releases.
    """
    now = {term: _set(making, one) for term, one in shown.items()}
    return any(
        0 < _several({**now, **sets}, whole) < making.floors.organisation
        for sets, whole in zip([now, *then], wholes, strict=True)
    )


def _several(terms: TermSets, whole: AbstractSet[str]) -> int:
    """Return of how many people the number of terms is not the number of times that the whole counts them."""
    times = Counter(chain.from_iterable(terms.values()))
    return sum(times[person] != (person in whole) for person in {*times, *whole})


def _hide_smallest(making: Making, shown: dict[str, ReleasedTerm]) -> None:
    """
    Take back the smallest of the terms that are made anew: it is as it was before, or hidden.

    If there is none, hide the smallest of all.
    """
    made = [term for term, one in shown.items() if one.epoch == making.epoch]
    smallest = min(made or shown, key=lambda term: (len(_set(making, shown[term])), term))
    before = _as_it_was(making, smallest)
    if made and before is not None:
        shown[smallest] = before
    else:
        del shown[smallest]


def _latest(making: Making) -> dict[str, ReleasedTerm]:
    return {one.term: one for one in making.past.latest.terms} if making.past.latest else {}


def _ever_shown(making: Making) -> dict[str, list[AbstractSet[str]]]:
    """Return, by term, its holders at each release that made its figure anew."""
    found: dict[str, list[AbstractSet[str]]] = {}
    for epoch, release in making.past.releases:
        for one in release.terms:
            if one.epoch == epoch:
                found.setdefault(one.term, []).append(_set(making, one))
    return found


def _sets(making: Making, release: ClusterRelease) -> TermSets:
    return {one.term: _set(making, one) for one in release.terms}


def _set(making: Making, term: ReleasedTerm) -> AbstractSet[str]:
    return making.people_at(term.epoch).terms.get(term.term, frozenset()) - making.past.uncounted


def _regions_of(making: Making) -> Iterator[Sequence[Region]]:
    return (release.regions for _, release in making.past.releases)
