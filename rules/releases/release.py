"""Makes a release: what may be shown of a basis, after all that was shown before (privacy rules 14-18)."""

from collections.abc import Mapping, Sequence

from rules.releases.model import Basis, Release, ReleaseFloors


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

    `earlier` has every release before, held ones too, oldest first, and `bases` the basis of each since
    `layout_epoch`, read again today: people who were forgotten are gone from them. Equal inputs give an equal
    release, whatever the order inside sets and mappings. Raises ValueError for a basis that is missing, and
    for units laid out anew after cells were released: that is not possible in this version.
    """
    raise NotImplementedError
