"""The quadrant of a talent, derived from its strength, energy and use."""

from enum import Enum
from typing import Final

STRONG_FROM: Final = 3
"""From this strength (1 to 5) on, the owner can do it."""
USED_FROM: Final = 2
"""From this use (0 to 3) on, the talent has a place in the working week."""


class TalentQuadrant(Enum):
    """In mijn kracht · onbenut · kan ik, kost energie · liever niet · nieuwsgierig."""

    IN_MY_STRENGTH = "IN_MY_STRENGTH"
    UNTAPPED = "UNTAPPED"
    CAN_BUT_DRAINS = "CAN_BUT_DRAINS"
    RATHER_NOT = "RATHER_NOT"
    CURIOUS = "CURIOUS"


def quadrant_of(*, strength: int, energy: int, use: int) -> TalentQuadrant:
    """
    Return the quadrant of strength 1-5, energy -2 (costs) to 2 (gives) and use 0-3; total over all integers.

    With energy 0, the quadrant depends on use if the owner can do it; if not, the owner does not want it.
    Only the owner's own three numbers count (privacy rule 24: no inferred trait).
    """
    if strength >= STRONG_FROM:
        if energy < 0:
            return TalentQuadrant.CAN_BUT_DRAINS
        return TalentQuadrant.IN_MY_STRENGTH if use >= USED_FROM else TalentQuadrant.UNTAPPED
    return TalentQuadrant.CURIOUS if energy > 0 else TalentQuadrant.RATHER_NOT
