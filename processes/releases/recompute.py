"""A release computed again: it agrees, it differs, or it is no longer possible (privacy rule 22)."""

from typing import Any

import msgspec

from processes.releases.making import made_from, wanted_bases
from projections.views.contributions import read_bases
from rules.audit.recomputation import Recomputation
from services.contexts.releases.state import Releases


class NoSuchReleaseError(Exception):
    """There is no release of this number, or it has no result yet."""


def recompute(state: Releases, epoch: int, *, connection: Any) -> Recomputation:
    """
    Make a release again from its cut-off, and compare every byte.

    NO_LONGER_POSSIBLE: it does not come out the same, and somebody was forgotten who may have been counted.

    `connection` is to the database of the views, in autocommit. Raises NoSuchReleaseError and
    BasisNotReadyError.
    """
    released = state.of(epoch)
    if released is None:
        raise NoSuchReleaseError(f"there is no release {epoch}")
    cut_off = state.cut_offs[epoch]
    bases = read_bases(connection, wanted_bases(state, cut_off))
    if msgspec.json.encode(made_from(state, cut_off, bases.by_epoch)) == msgspec.json.encode(released):
        return Recomputation.AGREES
    return Recomputation.NO_LONGER_POSSIBLE if bases.any_forgotten else Recomputation.DIFFERS
