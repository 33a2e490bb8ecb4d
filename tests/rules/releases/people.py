"""Bases by hand: units with so many people, and what each of them holds."""

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.releases.organisations import FLOORS
from rules.releases.model import WHOLE, Basis, ClusterRelease, Release
from rules.releases.release import make_release

Held = Mapping[str, int | None]
"""The terms that a person holds, with the energy of each; terms of cluster `c` are called `c-1`, `c-2`."""


def basis_of(
    people: Mapping[str, tuple[str, Held | None]],
    *,
    epoch: int = 1,
    parents: Mapping[str, str] | None = None,
    findable: Iterable[str] = (),
) -> Basis:
    """Return a basis of people by name, each with a unit and what they hold; None for who isn't counted."""
    counted = {name: held for name, (_, held) in people.items() if held is not None}
    terms = sorted({term for held in counted.values() for term in held})
    clusters = {term: term.split("-")[0] for term in terms}
    return Basis(
        epoch=epoch,
        parents=parents or {seat: WHOLE for seat, _ in people.values() if seat},
        seats={name: seat for name, (seat, _) in people.items()},
        contributors=frozenset(counted),
        holders={
            cluster: {
                name: _energy([energy for term, energy in held.items() if clusters[term] == cluster])
                for name, held in counted.items()
                if any(clusters[term] == cluster for term in held)
            }
            for cluster in clusters.values()
        },
        term_holders={
            term: frozenset(name for name, held in counted.items() if term in held) for term in terms
        },
        clusters_of_terms=clusters,
        findable={cluster: frozenset(findable) for cluster in clusters.values()},
    )


def crowd(count: int, held: Held | None, *, name: str, unit: str = "t") -> dict[str, tuple[str, Held | None]]:
    """Return so many people who sit in one unit and hold the same."""
    return {f"{name}{number}": (unit, held) for number in range(count)}


def released(*bases: Basis) -> list[Release]:
    """Make a release of each basis, one after the other."""
    made: list[Release] = []
    for place, basis in enumerate(bases):
        earlier = {one.epoch: one for one in bases[:place]}
        made.append(make_release(basis=basis, earlier=made, bases=earlier, floors=FLOORS, layout_epoch=1))
    return made


def only_cluster(release: Release) -> ClusterRelease:
    (found,) = release.clusters
    return found


def _energy(energies: Sequence[int | None]) -> int | None:
    known = [energy for energy in energies if energy is not None]
    return sum(known) if known else None
