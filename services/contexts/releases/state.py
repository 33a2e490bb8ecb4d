"""The releases of an organisation, as their stream has them."""

from datetime import date
from typing import assert_never

import msgspec
from msgspec.structs import replace

from events.catalog.releases import (
    CapabilityCellsReleased,
    CapabilityReleased,
    ReleaseCutOff,
    ReleaseEvent,
    ReleaseHeld,
)
from rules.releases.model import ClusterRelease, Release


class Releases(msgspec.Struct, frozen=True, kw_only=True):
    """
    All cut-offs by epoch, and the releases that came of them, held ones too, oldest first.

    `clusters` are those on the log of the release that is cut off and has no result yet.
    """

    cut_offs: dict[int, ReleaseCutOff] = {}
    releases: tuple[Release, ...] = ()
    clusters: tuple[ClusterRelease, ...] = ()

    @property
    def pending(self) -> ReleaseCutOff | None:
        """The cut-off that is neither published nor held; there is one at most."""
        return self.cut_offs.get(len(self.releases) + 1)

    @property
    def last_on(self) -> date | None:
        last = self.cut_offs.get(len(self.cut_offs))
        return last.on if last is not None else None

    @property
    def layout_epoch(self) -> int | None:
        """The release at which the units of everything published were laid out; None before any."""
        shown = [release for release in self.releases if release.held is None]
        return shown[-1].layout_epoch if shown else None

    def of(self, epoch: int) -> Release | None:
        return self.releases[epoch - 1] if 1 <= epoch <= len(self.releases) else None


def evolve(state: Releases, event: ReleaseEvent) -> Releases:
    match event:
        case ReleaseCutOff(epoch=epoch):
            return replace(state, cut_offs={**state.cut_offs, epoch: event}, clusters=())
        case CapabilityCellsReleased(of=of):
            return replace(state, clusters=(*state.clusters, of))
        case CapabilityReleased(epoch=epoch):
            released = Release(
                epoch=epoch,
                layout_epoch=state.cut_offs[epoch].layout_epoch,
                contributors=event.contributors,
                contributors_epoch=event.contributors_epoch,
                clusters=state.clusters,
            )
        case ReleaseHeld(epoch=epoch, reason=reason):
            layout_epoch = state.cut_offs[epoch].layout_epoch
            released = Release(epoch=epoch, layout_epoch=layout_epoch, held=reason)
        case _:
            assert_never(event)
    return replace(state, releases=(*state.releases, released), clusters=())
