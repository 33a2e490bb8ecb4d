"""
Which perspectives are shown by themselves, which only together, and which not at all.

The merging rule of the privacy review, section 4: a perspective with enough raters is shown by itself. All
the others, answered or not, are one block if they are enough together, else they are left out. So blocks are
disjoint, and each figure that can be computed from what is shown is about whole blocks.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from rules.feedback.bands import ONE, band_of
from rules.feedback.mirror import CountBand
from rules.feedback.questions import Perspective, RoundFloors

LOWEST_FLOOR: Final = 3
"""A floor of 2 would always reveal a pair (privacy review, S4)."""


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """
    A block that is shown: `floor` answers are needed for each of its figures.

    `merged`: several perspectives that are enough only together, of which no number is shown but the floor.
    `attributed`: a LEAD who was asked alone, who is in no total.
    """

    perspectives: tuple[Perspective, ...]
    floor: int
    merged: bool = False
    attributed: bool = False

    def band(self, people: int) -> CountBand | None:
        """Return the band of a number of people of this block; None if they are too few to be shown."""
        if people < self.floor:
            return None
        if self.attributed:
            return ONE
        return CountBand(low=self.floor) if self.merged else _from_floor(band_of(people), self.floor)


class Grouping(msgspec.Struct, frozen=True, kw_only=True):
    """The blocks that are shown, in display order, and the perspectives that are shown nowhere."""

    shown: tuple[Group, ...]
    left_out: tuple[Perspective, ...]


def group(
    answered: Mapping[Perspective, int],
    *,
    invited: Iterable[Perspective],
    floors: RoundFloors,
    lead_attributed: bool,
) -> Grouping:
    """
    Group the perspectives that were invited by how many people of each answered.

    Raises ValueError for floors that protect nobody.
    """
    if min(floors.raters, floors.clients, floors.comments) < LOWEST_FLOOR:
        raise ValueError(f"a floor below {LOWEST_FLOOR} protects nobody")
    others = [one for one in Perspective if one in set(invited) - {Perspective.SELF}]
    shown: list[Group] = []
    rest: list[Perspective] = []
    left_out: list[Perspective] = []
    for one in others:
        alone = lead_attributed and one is Perspective.LEAD
        floor = 1 if alone else floors.of(one)
        if answered.get(one, 0) >= floor:
            shown.append(Group(perspectives=(one,), floor=floor, attributed=alone))
        else:
            (left_out if alone else rest).append(one)
    together = max(map(floors.of, rest), default=0)
    if rest and sum(answered.get(one, 0) for one in rest) >= together:
        shown.append(Group(perspectives=tuple(rest), floor=together, merged=True))
    else:
        left_out.extend(rest)
    shown.sort(key=lambda block: not block.attributed)
    return Grouping(shown=tuple(shown), left_out=tuple(sorted(left_out, key=list(Perspective).index)))


def merge_for_comments(writers: Mapping[Group, int], *, floor: int) -> tuple[tuple[Group, ...], ...]:
    """
    Return which of the shown blocks' comments on one question are shown together.

    A block with fewer than `floor` writers joins the others that have too few; if they are too few together,
    none of their comments is shown (privacy rule 7). An attributed LEAD's comment is shown as theirs.
    """
    alone = [(block,) for block, people in writers.items() if people >= (1 if block.attributed else floor)]
    few = [block for block, people in writers.items() if not block.attributed and people < floor]
    together = [tuple(few)] if sum(writers[block] for block in few) >= floor else []
    return (*alone, *together)


def _from_floor(band: CountBand, floor: int) -> CountBand:
    """Return the band, which does not begin below the floor that everybody knows."""
    return msgspec.structs.replace(band, low=max(band.low, floor))
