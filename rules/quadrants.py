"""Where a talent stands for its owner: a word derived from strength, energy and use."""

from enum import Enum
from typing import Final

STRONG_FROM: Final = 3
"""Strength 1-5: from the middle on, the owner can do it."""
USED_FROM: Final = 2
"""Use 0-3: from here on it has a place in the working week."""


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

    Energy 0 neither costs nor gives: what one can do stands by its use, what one can't do yet is not wanted.
    The owner's own three numbers are all that counts (privacy rule 24: no inferred trait).
    """
    if strength >= STRONG_FROM:
        if energy < 0:
            return TalentQuadrant.CAN_BUT_DRAINS
        return TalentQuadrant.IN_MY_STRENGTH if use >= USED_FROM else TalentQuadrant.UNTAPPED
    return TalentQuadrant.CURIOUS if energy > 0 else TalentQuadrant.RATHER_NOT
