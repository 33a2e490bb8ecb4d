"""What everybody contributes to releases: facts with their ordinals, and the basis at any cut-off."""

from projections.views.contributions.bases import (
    Bases,
    BasisNotReadyError,
    CutOff,
    basis_at,
    read_bases,
)
from projections.views.contributions.fold import VIEW

__all__ = ["VIEW", "Bases", "BasisNotReadyError", "CutOff", "basis_at", "read_bases"]
