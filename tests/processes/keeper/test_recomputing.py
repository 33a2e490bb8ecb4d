"""Privacy rule 22: from the rows that a closed round keeps comes its mirror, and no other one."""

import random
from collections.abc import Iterator

import msgspec
import pytest
from msgspec.structs import replace

from processes.keeper.closing import row_of
from rules.feedback.answers import Answer
from rules.feedback.mirror import Cell, CountBand, MeanBand, MirrorContents, TalentPick
from rules.feedback.questions import Perspective, Question, QuestionKind
from rules.feedback.recomputing import KeptRow, agrees
from rules.feedback.releasing import Release, RoundTerms, Submission, release
from tests.rules.feedback.rounds import FLOORS, derive

SIDES = (Perspective.PEER, Perspective.LEAD, Perspective.REPORT, Perspective.CLIENT, Perspective.PARTNER)
ALL, SOME, PICKS = "a" * 32, "b" * 32, "c" * 32
TERMS = tuple(letter * 32 for letter in "0123456789")


def lens(dice: random.Random) -> tuple[Question, ...]:
    some = tuple(sorted(dice.sample(SIDES, 3), key=SIDES.index))
    return tuple(
        Question(question=name, kind=kind, nl="vraag", en="question", perspectives=asked)
        for name, kind, asked in (
            (ALL, QuestionKind.SCALE, SIDES),
            (SOME, QuestionKind.SCALE, some),
            (PICKS, QuestionKind.TALENT_PICK, SIDES),
        )
    )


def submissions(dice: random.Random, asked: tuple[Question, ...]) -> Iterator[Submission]:
    for side in SIDES:
        for _ in range(1 if side is Perspective.LEAD else dice.choice((0, 2, 3, 4, 5, 9, 13))):
            answers = [
                Answer(question=one.question, scale=dice.randint(1, 5))
                for one in asked
                if one.kind is QuestionKind.SCALE and side in one.perspectives and dice.random() < 0.8
            ]
            if dice.random() < 0.7:
                picked = tuple(sorted(dice.sample(TERMS, dice.randint(1, 3))))
                answers.append(Answer(question=PICKS, terms=picked))
            yield Submission(slot=f"{dice.random()}", perspective=side, answers=tuple(answers))


def kept_rows(found: Release) -> list[KeptRow]:
    """Return what is kept of the raters, and two rows that nobody wrote."""
    rows = [row_of(one, found.contents) for one in found.kept]
    kept = [KeptRow(perspectives=row.perspectives, answers=row.answers) for row in rows]
    return [*kept, *[KeptRow(perspectives=(), answers=())] * 2]


def others(contents: MirrorContents) -> Iterator[MirrorContents]:
    """Yield mirrors that differ from this one in one figure each."""
    yield replace(contents, left_out=(*contents.left_out, Perspective.SELF))
    yield replace(contents, picks=(*contents.picks, TalentPick(term="f" * 32, picks=CountBand(low=13))))
    if not contents.blocks:
        return
    yield replace(contents, steadiness=0.99)
    yield replace(contents, blocks=contents.blocks[1:], left_out=contents.left_out)
    (block, *blocks), (row, *rows) = contents.blocks, contents.rows
    yield replace(contents, blocks=(replace(block, raters=CountBand(low=40)), *blocks))
    yield replace(contents, blocks=(replace(block, attributed=not block.attributed), *blocks))
    yield replace(contents, rows=(replace(row, own=3 if row.own != 3 else 2), *rows))
    cell, *cells = row.cells
    other = MeanBand.ABOUT_2 if cell.mean is not MeanBand.ABOUT_2 else MeanBand.ABOUT_3
    shown = Cell(mean=other, raters=cell.raters or CountBand(low=3, high=4), spread=cell.spread)
    yield replace(contents, rows=(replace(row, cells=(shown, *cells)), *rows))
    if contents.picks:
        yield replace(contents, picks=contents.picks[1:])


@pytest.mark.parametrize("seed", range(4))
def test_rule_22_every_mirror_agrees_with_its_rows_and_every_other_one_differs(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 - the same rounds each time
    shown = 0
    for _ in range(40):
        asked = lens(dice)
        own = (Answer(question=ALL, scale=dice.randint(1, 5)), Answer(question=PICKS, terms=TERMS[:2]))
        terms = RoundTerms(
            questions=asked,
            invited=frozenset(SIDES),
            floors=FLOORS,
            lead_attributed=dice.random() < 0.5,
        )
        found = release(terms, submissions(dice, asked), own, derive)
        rows = kept_rows(found)
        assert agrees(found.contents, rows, terms, own), msgspec.json.encode(found.contents)
        for other in others(found.contents):
            assert not agrees(other, rows, terms, own), (found.contents, other)
        written = [row for row in rows if row.answers]
        if written:
            shown += 1
            extra = replace(written[0], perspectives=(Perspective.SELF,))
            assert not agrees(found.contents, [*rows, extra], terms, own)
    assert shown > 20
