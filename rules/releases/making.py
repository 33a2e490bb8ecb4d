"""What the release of one cluster is made from: its people now, what was shown of it before, the floors."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import msgspec

from rules.releases.layout import Seats
from rules.releases.model import ClusterRelease, Region, ReleaseFloors
from rules.releases.people import People
from rules.releases.tree import Tree

AGE_MAX: Final = 8
"""A figure that was not made anew for more releases than that is too old to be shown by itself."""


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """
    What was published of one cluster on this layout, oldest first, and the people at each of those cut-offs.

    `uncounted` are the people whose changes don't count (see `refresh`). `figures` has the others whom each
    region counts, by its unit and release.
    """

    releases: tuple[tuple[int, ClusterRelease], ...]
    people: Mapping[int, People]
    uncounted: AbstractSet[str]
    figures: Mapping[tuple[str, int], AbstractSet[str]]

    @property
    def latest(self) -> ClusterRelease | None:
        return self.releases[-1][1] if self.releases else None


class Making(msgspec.Struct, frozen=True, kw_only=True):
    """
    The release number `epoch` of one cluster.

    `seats` has the people by unit. `named` are the people whom the finder names for the cluster now.
    `everybody` is how many contributors the organisation has; it matters when the cluster is shown first.
    """

    cluster: str
    epoch: int
    tree: Tree
    people: People
    seats: Seats
    named: AbstractSet[str]
    past: Past
    floors: ReleaseFloors
    everybody: int

    @property
    def regions_before(self) -> tuple[Region, ...]:
        return self.past.latest.regions if self.past.latest else ()

    def people_at(self, epoch: int) -> People:
        """Return the people at the cut-off of this release, or of an earlier one that showed the cluster."""
        return self.people if epoch == self.epoch else self.past.people[epoch]

    def too_old(self, epoch: int) -> bool:
        """Return whether a figure of release `epoch` is too old to be shown by itself in this one."""
        return self.epoch - epoch > AGE_MAX


def past_of(
    tree: Tree,
    releases: Sequence[tuple[int, ClusterRelease]],
    people: Mapping[int, People],
    uncounted: AbstractSet[str],
) -> Past:
    """Return the past of a cluster, oldest release first."""
    figures: dict[tuple[str, int], AbstractSet[str]] = {}
    for epoch, release in releases:
        made = [region.unit for region in release.regions if region.epoch == epoch]
        nearest = tree.nearest({region.unit for region in release.regions})
        then = people[epoch]
        found = then.by_region(nearest, then.holders.keys() - uncounted)
        figures |= {(unit, epoch): found.get(unit, set()) for unit in made}
    return Past(releases=tuple(releases), people=people, uncounted=uncounted, figures=figures)
