"""Releases of what the organisation is good at: for HR, board, works council and auditor."""

from typing import Final

from projections.view import View
from projections.views.releases.fold import fold
from projections.views.releases.reads import (
    RELEASES_AFTER_MAX,
    Release,
    Shown,
    after,
    in_force,
    last,
    shown_of,
    tree_at,
)
from projections.views.releases.tables import CLUSTERS, PLACES, RELEASES, VERSION

__all__ = [
    "RELEASES_AFTER_MAX",
    "VIEW",
    "Release",
    "Shown",
    "after",
    "in_force",
    "last",
    "shown_of",
    "tree_at",
]

VIEW: Final = View(
    name="releases",
    version=VERSION,
    categories=frozenset({"release", "units", "team"}),
    tables=(RELEASES, CLUSTERS, PLACES),
    fold=fold,
)
