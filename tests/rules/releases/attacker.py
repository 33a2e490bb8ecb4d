"""
An attacker over time, who subtracts what was released at two moments and looks at how few people are left.

He knows more than anybody does: the exact figures behind the bands, and who was counted in each. He finds
something when two sums of cells differ by one to four people whom the finder never named, and a region that
was made anew is what they differ in: what the earlier release says by itself is no news, also when people of
it let the finder name them since.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.releases.organisations import FLOORS, Organisation, without
from rules.releases.model import Basis, ClusterRelease, Region, Release
from rules.releases.people import People, people_of
from rules.releases.release import make_release
from rules.releases.tree import Tree

FEW = FLOORS.change - 1
Maker = Callable[[Basis, Sequence[Release], Mapping[int, Basis]], Release]


@dataclass(frozen=True)
class History:
    """Releases of an organisation, and the bases as they were when each was made."""

    releases: tuple[Release, ...]
    bases: Mapping[int, Basis]

    @property
    def published(self) -> list[Release]:
        return [one for one in self.releases if one.held is None]


def by_the_rules(basis: Basis, earlier: Sequence[Release], bases: Mapping[int, Basis]) -> Release:
    return make_release(basis=basis, earlier=earlier, bases=bases, floors=FLOORS, layout_epoch=1)


def history_of(
    made: Organisation,
    *,
    releases: int,
    churn: float,
    moves: float = 0.0,
    erased: float = 0.0,
    make: Maker = by_the_rules,
) -> History:
    """Make releases of an organisation, a quarter apart; who is forgotten leaves all bases, as on the log."""
    found: list[Release] = []
    bases: dict[int, Basis] = {}
    for epoch in range(1, releases + 1):
        basis = made.basis(epoch)
        readable = {number: without(one, made.forgotten) for number, one in bases.items()}
        found.append(make(basis, found, readable))
        bases[epoch] = basis
        made.quarter(churn=churn, moves=moves, erased=erased)
    return History(releases=tuple(found), bases=bases)


def clusters_of(history: History) -> list[str]:
    return sorted({one.cluster for release in history.published for one in release.clusters})


def findings(history: History) -> list[tuple[str, int, int, str, str]]:
    """Return cluster, the two releases and the two figures of each difference over one to four people."""
    return [found for cluster in clusters_of(history) for found in _findings(history, cluster)]


def _findings(history: History, cluster: str) -> Iterator[tuple[str, int, int, str, str]]:
    people = {epoch: people_of(basis, cluster) for epoch, basis in history.bases.items()}
    tree = Tree(history.bases[1].parents)
    shown = {
        release.epoch: figures_of(tree, one)
        for release in history.published
        for one in release.clusters
        if one.cluster == cluster
    }
    counts = _Counts(shown, people)
    for late in shown:
        named = {one for epoch in range(1, late + 1) for one in history.bases[epoch].findable[cluster]}
        for early in (epoch for epoch in shown if epoch <= late):
            for one, other in counts.few(late, early, named):
                yield cluster, early, late, one, other


Part = tuple[Region, frozenset[str]]
"""A region with the units it consists of."""
Figures = Mapping[str, frozenset[Part]]


def figures_of(tree: Tree, release: ClusterRelease) -> Figures:
    """
    Return the regions of what an attacker can compute of one release.

    Units, rests, and a unit without one or without all that are shown below it.
    """
    nearest = tree.nearest({region.unit for region in release.regions})
    areas: dict[str, set[str]] = {}
    for unit, region in nearest.items():
        areas.setdefault(region, set()).add(unit)
    own = {one.unit: (one, frozenset(areas[one.unit])) for one in release.regions if one.value}
    units = {
        cell.unit: frozenset(part for unit, part in own.items() if cell.unit in tree.above(unit))
        for cell in release.cells
        if not cell.rest
    }
    rests = {f"{cell.unit} rest": frozenset({own[cell.unit]}) for cell in release.cells if cell.rest}
    less = {
        f"{unit} - {below}": parts - units[below]
        for unit, parts in units.items()
        for below in units
        if unit in tree.above(below) and parts != units[below]
    }
    return units | rests | less


class _Counts:
    """Whom each region counts, and how often each figure of each release counts each person."""

    def __init__(self, shown: Mapping[int, Figures], people: Mapping[int, People]) -> None:
        parts = {part for figures in shown.values() for figure in figures.values() for part in figure}
        self.shown = shown
        self.counted = {part: _counted(*part, people) for part in parts}
        self.everybody = sorted(set[str]().union(*self.counted.values()))
        self.vectors = {epoch: self._vectors(figures) for epoch, figures in shown.items()}

    def few(self, late: int, early: int, named: AbstractSet[str]) -> Iterator[tuple[str, str]]:
        """Yield the pairs of figures that differ by few people, and in a region that was made late."""
        unnamed = np.array([person not in named for person in self.everybody])
        differing = self.vectors[late][:, None, unnamed] != self.vectors[early][None, :, unnamed]
        left = differing.sum(axis=2)
        for row, column in np.argwhere((left > 0) & (left <= FEW)):
            one, other = list(self.shown[late])[row], list(self.shown[early])[column]
            if any(region.epoch == late for region, _ in self.shown[late][one] ^ self.shown[early][other]):
                yield one, other

    def _vectors(self, figures: Figures) -> npt.NDArray[np.int8]:
        places = {person: place for place, person in enumerate(self.everybody)}
        vectors = np.zeros((len(figures), len(places)), dtype=np.int8)
        for row, parts in enumerate(figures.values()):
            for part in parts:
                vectors[row, [places[person] for person in self.counted[part]]] += 1
        return vectors


def _counted(region: Region, area: AbstractSet[str], people: Mapping[int, People]) -> frozenset[str]:
    then = people[region.epoch]
    counted = frozenset(person for person in then.holders if then.seats[person] in area)
    assert len(counted) == region.value
    return counted
