"""What a mirror holds: figures and fragments after floors and merging, as `MirrorReleased` carries them."""

from enum import StrEnum

import msgspec

from rules.feedback.questions import Perspective


class CountBand(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A number of people as a range: `low` to `high`, or `low` or more without `high`."""

    low: int
    high: int | None = None


class MeanBand(StrEnum):
    """A mean of 1 to 5 in half steps; the ends are open (privacy rule 8)."""

    UP_TO_1_5 = "up_to_1.5"
    ABOUT_2 = "2"
    ABOUT_2_5 = "2.5"
    ABOUT_3 = "3"
    ABOUT_3_5 = "3.5"
    ABOUT_4 = "4"
    FROM_4_5 = "from_4.5"


class Portion(StrEnum):
    """A part of some people, in words: FEW is under a quarter and may be none, MOST is over half."""

    FEW = "few"
    SOME = "some"
    MOST = "most"


class GapKind(StrEnum):
    """The subject's own answer against that of the others together."""

    CONFIRMED_STRENGTH = "confirmed_strength"
    HIDDEN_STRENGTH = "hidden_strength"
    BLIND_SPOT = "blind_spot"


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Which part answered 1 or 2, 3, and 4 or 5."""

    low: Portion
    middle: Portion
    high: Portion


class Block(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One perspective of others, or several shown as one. `attributed`: a LEAD who was asked alone."""

    perspectives: tuple[Perspective, ...]
    raters: CountBand
    attributed: bool = False
    steadiness: float


class Cell(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one block answered to one question; empty when too few did ("not seen" is no answer)."""

    mean: MeanBand | None = None
    raters: CountBand | None = None
    spread: Spread | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A scale question: the subject's own answer, a cell for each block, and the total of what is shown."""

    question: str
    own: int | None = None
    cells: tuple[Cell, ...]
    total: MeanBand | None = None
    gap: GapKind | None = None


class TalentPick(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A term that the subject picked, or enough raters of the total."""

    term: str
    by_self: bool = False
    picks: CountBand | None = None


class Fragment(msgspec.Struct, frozen=True, kw_only=True):
    """Something that one rater wrote, under an id that says nothing."""

    fragment: str
    text: str


class Comments(msgspec.Struct, frozen=True, kw_only=True):
    """What the raters of a block wrote to one open question, in an order that says nothing."""

    question: str
    perspectives: tuple[Perspective, ...]
    fragments: tuple[Fragment, ...]


class MirrorContents(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The whole mirror of a round; every figure rests on the floor's number of answers (privacy rule 1)."""

    blocks: tuple[Block, ...] = ()
    left_out: tuple[Perspective, ...] = ()
    rows: tuple[Row, ...] = ()
    picks: tuple[TalentPick, ...] = ()
    comments: tuple[Comments, ...] = ()
    steadiness: float | None = None
