"""Computes a mirror: floors and merging first, then figures (privacy rules 1, 2, 3, 7 and 8)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

import msgspec
from msgspec.structs import replace

from rules.feedback.answers import Answer
from rules.feedback.bands import ONE, band_of, cell_of, gap_of, steadiness_of, total_of
from rules.feedback.merging import Group, Grouping, group, merge_for_comments
from rules.feedback.mirror import (
    Block,
    Cell,
    Comments,
    CountBand,
    Fragment,
    MirrorContents,
    Row,
    TalentPick,
)
from rules.feedback.questions import Perspective, Question, QuestionKind, RoundFloors

Derive = Callable[[str, str, str], bytes]
"""
Returns 16 bytes or more for a purpose, a question and a slot, which only the round's key can compute.

They order and name the fragments, so that the same round always gives the same mirror.
"""


class Submission(msgspec.Struct, frozen=True, kw_only=True):
    """What one rater handed in last. `slot` is random, and no part of a mirror."""

    slot: str
    perspective: Perspective
    answers: tuple[Answer, ...]

    def answer_to(self, question: str) -> Answer | None:
        """Return the answer that counts, if one was given."""
        return next((one for one in self.answers if one.question == question and one.counts), None)

    @property
    def counts(self) -> bool:
        return any(answer.counts for answer in self.answers)


class RoundTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What was frozen when the round opened: questions, invited perspectives, floors, attribution."""

    questions: tuple[Question, ...]
    invited: AbstractSet[Perspective]
    floors: RoundFloors
    lead_attributed: bool


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """The mirror, and the submissions of the blocks that it shows; those of others are kept nowhere."""

    contents: MirrorContents
    kept: tuple[Submission, ...]


def release(
    terms: RoundTerms, submissions: Iterable[Submission], own: Sequence[Answer], derive: Derive
) -> Release:
    """
    Compute the mirror of a round from the latest submission of each rater and the subject's own answers.

    When too few answered to show any block safely, the mirror is empty and nothing is kept.
    """
    grouping, members = shown_members(terms, submissions)
    if not members:
        return Release(contents=MirrorContents(left_out=grouping.left_out), kept=())
    contents = replace(
        figures_of(terms, members, own, left_out=grouping.left_out),
        picks=_picks(terms, members, own),
        comments=tuple(
            comments
            for one in terms.questions
            if one.kind is QuestionKind.OPEN
            for comments in _comments(one, members, terms.floors.comments, derive)
        ),
    )
    return Release(contents=contents, kept=tuple(one for people in members.values() for one in people))


def figures_of(
    terms: RoundTerms,
    members: Mapping[Group, Sequence[Submission]],
    own: Sequence[Answer],
    *,
    left_out: tuple[Perspective, ...],
) -> MirrorContents:
    """Return blocks, cells and totals of the blocks that are shown: neither talents nor words."""
    return MirrorContents(
        blocks=tuple(_block(block, people) for block, people in members.items()),
        left_out=left_out,
        rows=tuple(_row(one, members, own) for one in terms.questions if one.kind is QuestionKind.SCALE),
        steadiness=_steadiness(members),
    )


def shown_members(
    terms: RoundTerms, submissions: Iterable[Submission]
) -> tuple[Grouping, dict[Group, list[Submission]]]:
    """Return which blocks are shown, and the submissions of each, as far as they count for its figures."""
    counted = [one for one in submissions if one.counts and one.perspective in terms.invited]
    grouping = group(
        {one: sum(other.perspective is one for other in counted) for one in Perspective},
        invited=terms.invited,
        floors=terms.floors,
        lead_attributed=terms.lead_attributed,
    )
    members = {
        block: [
            _as_of_block(one, block, terms.questions)
            for one in counted
            if one.perspective in block.perspectives
        ]
        for block in grouping.shown
    }
    return grouping, members


def _as_of_block(submission: Submission, block: Group, questions: Sequence[Question]) -> Submission:
    """
    Return the submission without figures for questions that only some perspectives of its block were asked.

    Else the questions in a row would say which of them its writer is (privacy rule 5), and a figure how many
    of each answered (rule 2). Comments are in no row, and need enough writers by themselves.
    """
    of_all = {
        one.question
        for one in questions
        if one.kind is QuestionKind.OPEN or set(block.perspectives) <= set(one.perspectives)
    }
    return replace(submission, answers=tuple(one for one in submission.answers if one.question in of_all))


def _block(block: Group, people: Sequence[Submission]) -> Block:
    band = block.band(len(people)) or ONE
    return Block(
        perspectives=block.perspectives,
        raters=band,
        attributed=block.attributed,
        steadiness=steadiness_of(band.low),
    )


def _steadiness(members: Mapping[Group, Sequence[Submission]]) -> float | None:
    """Return the steadiness of the total, from the lower edges of the bands that are shown."""
    bands = [block.band(len(people)) for block, people in members.items() if not block.attributed]
    people = sum(band.low for band in bands if band is not None)
    return steadiness_of(people) if people else None


def _row(question: Question, members: Mapping[Group, Sequence[Submission]], own: Sequence[Answer]) -> Row:
    mine = next((answer.scale for answer in own if answer.question == question.question), None)
    cells = {block: _cell(block, people, question) for block, people in members.items()}
    total = total_of(
        (cell.mean, cell.raters)
        for block, cell in cells.items()
        if not block.attributed and cell.mean is not None and cell.raters is not None
    )
    return Row(
        question=question.question,
        own=mine,
        cells=tuple(cells.values()),
        total=total,
        gap=gap_of(mine, total),
    )


def _cell(block: Group, people: Sequence[Submission], question: Question) -> Cell:
    given = (one.answer_to(question.question) for one in people)
    answers = [answer.scale for answer in given if answer is not None and answer.scale is not None]
    band = block.band(len(answers))
    return cell_of(answers, band) if band is not None else Cell()


def _picks(
    terms: RoundTerms, members: dict[Group, list[Submission]], own: Sequence[Answer]
) -> tuple[TalentPick, ...]:
    chosen = {block: picked_in(people) for block, people in members.items()}
    return picks_of(terms, chosen, {block: block.band(len(found)) for block, found in chosen.items()}, own)


def picked_in(people: Sequence[Submission]) -> list[set[str]]:
    """Return what each of those picked who picked anything."""
    return [found for found in map(_picked_by, people) if found]


def picks_of(
    terms: RoundTerms,
    chosen: Mapping[Group, Sequence[set[str]]],
    bands: Mapping[Group, CountBand | None],
    own: Sequence[Answer],
) -> tuple[TalentPick, ...]:
    """
    Return the terms that the subject or enough raters picked; never by perspective.

    `chosen` is what each person of a block picked, and `bands` how many of a block picked anything; None for
    too few. Of each block enough people must have picked something, as for every cell. A block counts with
    the lower edge of its band at most: so the number says nothing about a size that is not shown (privacy
    rule 2). The number needed is the lowest floor of the blocks that count.
    """
    questions = {one.question for one in terms.questions if one.kind is QuestionKind.TALENT_PICK}
    mine = {term for answer in own if answer.question in questions for term in answer.terms}
    picks = dict.fromkeys(mine, 0)
    floors = []
    for block, found in chosen.items():
        band = bands[block]
        if block.attributed or band is None:
            continue
        floors.append(block.floor)
        for term in set().union(*found):
            times = min(sum(term in one for one in found), band.low)
            picks[term] = picks.get(term, 0) + times
    needed = min(floors, default=terms.floors.raters)
    lows = {term: band_of(people).low if people >= needed else 0 for term, people in picks.items()}
    return tuple(
        TalentPick(term=term, by_self=term in mine, picks=CountBand(low=low) if low else None)
        for term, low in sorted(lows.items(), key=lambda pick: (-pick[1], pick[0]))
        if low or term in mine
    )


def _picked_by(submission: Submission) -> set[str]:
    return {term for answer in submission.answers for term in answer.terms}


def _comments(
    question: Question, members: dict[Group, list[Submission]], floor: int, derive: Derive
) -> Iterable[Comments]:
    written = {
        block: [(one.slot, found.text) for one in people if (found := one.answer_to(question.question))]
        for block, people in members.items()
    }
    writers = {block: len(texts) for block, texts in written.items() if texts}
    for blocks in merge_for_comments(writers, floor=floor):
        fragments = [
            (
                derive("order", question.question, slot),
                Fragment(fragment=derive("fragment", question.question, slot)[:16].hex(), text=text),
            )
            for block in blocks
            for slot, text in written[block]
            if text is not None
        ]
        perspectives = {one for block in blocks for one in block.perspectives}
        yield Comments(
            question=question.question,
            perspectives=tuple(one for one in Perspective if one in perspectives),
            fragments=tuple(fragment for _, fragment in sorted(fragments, key=lambda pair: pair[0])),
        )
