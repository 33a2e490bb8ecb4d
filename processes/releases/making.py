"""A release from its cut-off: the bases that it needs, and what the rules make of them."""

from collections.abc import Mapping

from events.catalog.releases import ReleaseCutOff
from projections.views.contributions import CutOff
from rules.releases.model import Basis, Release
from rules.releases.release import make_release
from services.contexts.releases.state import Releases


def wanted_bases(state: Releases, cut_off: ReleaseCutOff) -> list[tuple[CutOff, CutOff]]:
    """
    Return the cut-offs whose bases a release is made from: its own, and those of what was published before.

    Each is with the cut-off whose tree of units it is read on.
    """
    published = [release.epoch for release in state.releases[: cut_off.epoch - 1] if release.held is None]
    cut_offs = [*(state.cut_offs[epoch] for epoch in published), cut_off]
    return [(_place(one), _place(state.cut_offs[one.layout_epoch])) for one in cut_offs]


def made_from(state: Releases, cut_off: ReleaseCutOff, bases: Mapping[int, Basis]) -> Release:
    """Return the release of a cut-off, from its basis and those before, by epoch."""
    epoch = cut_off.epoch
    return make_release(
        basis=bases[epoch],
        earlier=state.releases[: epoch - 1],
        bases={before: basis for before, basis in bases.items() if before < epoch},
        floors=cut_off.floors,
        layout_epoch=cut_off.layout_epoch,
    )


def _place(cut_off: ReleaseCutOff) -> CutOff:
    return CutOff(epoch=cut_off.epoch, on=cut_off.on, positions=cut_off.positions)
