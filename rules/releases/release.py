"""Makes a release: what may be shown of a basis, after all that was shown before (privacy rules 14-18)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from rules.releases.cells import TREND_RELEASES, cells_of, with_trends
from rules.releases.energy_word import with_words
from rules.releases.making import Making, past_of
from rules.releases.model import WHOLE, Basis, ClusterRelease, Held, Release, ReleasedCell, ReleaseFloors
from rules.releases.participation import participation_of
from rules.releases.people import findable, moved, people_of
from rules.releases.regions import regions_of
from rules.releases.terms import terms_allow, terms_of
from rules.releases.units.tree import Tree

LOWEST_FLOORS: Final = ReleaseFloors(organisation=5, energy=10, change=5)
"""A policy may raise them, never lower them (DOMAIN.md, privacy rules)."""


def make_release(
    *,
    basis: Basis,
    earlier: Sequence[Release],
    bases: Mapping[int, Basis],
    floors: ReleaseFloors,
    layout_epoch: int,
) -> Release:
    """
    Return the release of a basis: number `basis.epoch`, on the tree of `layout_epoch`.

    `earlier` has every release before, held ones too, oldest first, and `bases` the basis of each that was
    published, read again today: people who were forgotten are gone from them. Equal inputs give an equal
    release, whatever the order inside sets and mappings. Raises ValueError for floors that protect nobody, a
    basis that is missing, and units laid out anew after cells were released, which this version can't do.
    """
    published = tuple(release for release in earlier if release.held is None)
    _check(basis, published, bases, floors, layout_epoch)
    given = _Given(
        basis=basis,
        published=published,
        bases=bases,
        floors=floors,
        tree=Tree(basis.parents),
        moved=moved([*(bases[release.epoch] for release in published), basis]),
    )
    clusters = tuple(one for name in _clusters(given) if (one := _cluster(name, given)).regions)
    contributors, epoch = participation_of(basis, published, bases, floors) or (None, None)
    made = Release(
        epoch=basis.epoch,
        layout_epoch=layout_epoch,
        contributors=contributors,
        contributors_epoch=epoch,
        clusters=clusters,
    )
    if not published and not any(one.cells for one in clusters):
        return Release(epoch=basis.epoch, layout_epoch=layout_epoch, held=Held.TOO_FEW)
    if published and _seen(published[-1]) == _seen(made):
        return Release(epoch=basis.epoch, layout_epoch=layout_epoch, held=Held.UNCHANGED)
    return made


def in_force(releases: Iterable[Release], epoch: int) -> Release | None:
    """Return the last release that was published at or before an epoch; `releases` are oldest first."""
    return next((one for one in reversed(list(releases)) if one.held is None and one.epoch <= epoch), None)


class _Given(msgspec.Struct, frozen=True, kw_only=True):
    """What all clusters of a release are made from; `moved` are the people who sat in more than one unit."""

    basis: Basis
    published: tuple[Release, ...]
    bases: Mapping[int, Basis]
    floors: ReleaseFloors
    tree: Tree
    moved: frozenset[str]


def _cluster(cluster: str, given: _Given) -> ClusterRelease:
    making = _making(cluster, given)
    regions = regions_of(making)
    if not terms_allow(making, regions):
        regions = making.regions_before
    year_ago = in_force(given.published, making.epoch - TREND_RELEASES)
    cells = with_trends(with_words(making, cells_of(making, regions)), _of(year_ago, cluster))
    terms = terms_of(making, regions) if any(cell.unit == WHOLE for cell in cells) else ()
    return ClusterRelease(cluster=cluster, regions=regions, cells=cells, terms=terms)


def _making(cluster: str, given: _Given) -> Making:
    releases = [(release.epoch, one) for release in given.published if (one := _of(release, cluster))]
    bases = {epoch: given.bases[epoch] for epoch, _ in releases}
    then = {epoch: people_of(basis, cluster) for epoch, basis in bases.items()}
    uncounted = given.moved | findable([*bases.values(), given.basis], cluster)
    people = people_of(given.basis, cluster)
    return Making(
        cluster=cluster,
        epoch=given.basis.epoch,
        tree=given.tree,
        people=people,
        seats=people.counted(),
        named=given.basis.findable.get(cluster, frozenset()),
        past=past_of(given.tree, releases, then, uncounted),
        floors=given.floors,
        everybody=len(given.basis.contributors),
    )


def _check(
    basis: Basis,
    published: Sequence[Release],
    bases: Mapping[int, Basis],
    floors: ReleaseFloors,
    layout_epoch: int,
) -> None:
    for name, lowest in msgspec.structs.asdict(LOWEST_FLOORS).items():
        if getattr(floors, name) < lowest:
            raise ValueError(
                f"the floor {name} is {getattr(floors, name)}: below {lowest} it protects nobody"
            )
    if any(release.layout_epoch != layout_epoch for release in published):
        raise ValueError("units can't be laid out anew after cells were released: not in this version")
    missing = [release.epoch for release in published if release.epoch not in bases]
    if missing:
        raise ValueError(f"without the bases of releases {missing} none can be made")
    if published and published[-1].epoch >= basis.epoch:
        raise ValueError(f"release {basis.epoch} was made already, or a later one")


def _clusters(given: _Given) -> list[str]:
    before = {one.cluster for release in given.published for one in release.clusters}
    return sorted({*given.basis.holders, *given.basis.clusters_of_terms.values(), *before})


def _of(release: Release | None, cluster: str) -> ClusterRelease | None:
    return next((one for one in release.clusters if one.cluster == cluster), None) if release else None


def _seen(release: Release) -> object:
    """Return what readers see, but trends: they change by time alone, which is no reason for a release."""
    cells: list[tuple[tuple[ReleasedCell, ...], object]] = [
        (tuple(msgspec.structs.replace(cell, trend=None) for cell in one.cells), one.terms)
        for one in release.clusters
        if one.cells or one.terms
    ]
    return cells, release.contributors, release.contributors_epoch
