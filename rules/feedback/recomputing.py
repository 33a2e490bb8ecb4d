"""A mirror computed again from the rows that were kept of it: whether its figures are those of the rows."""

from collections.abc import Iterable, Sequence
from itertools import product

import msgspec
from msgspec.structs import replace

from rules.feedback.answers import Answer
from rules.feedback.merging import Group
from rules.feedback.mirror import Block, MirrorContents
from rules.feedback.questions import Perspective
from rules.feedback.releasing import RoundTerms, Submission, figures_of, picked_in, picks_of


class KeptRow(msgspec.Struct, frozen=True, kw_only=True):
    """The answers of one rater that a shown figure rests on, and the perspectives of the block; no texts."""

    perspectives: tuple[Perspective, ...]
    answers: tuple[Answer, ...]


def agrees(
    contents: MirrorContents, rows: Iterable[KeptRow], terms: RoundTerms, own: Sequence[Answer]
) -> bool:
    """
    Return whether the mirror is the one that these rows give: blocks, cells, totals, talents.

    Comments can't be computed again, since rows have no texts. Of talents a row has only those that are
    shown, so a block's band of people who picked anything may be any that fits its rows.
    """
    written = [row for row in rows if row.perspectives]
    others = [one for one in Perspective if one in terms.invited and one is not Perspective.SELF]
    shown = [_group_of(block, terms) for block in contents.blocks]
    in_blocks = [one for block in shown for one in block.perspectives]
    members = {
        block: [
            Submission(slot="", perspective=block.perspectives[0], answers=row.answers)
            for row in written
            if row.perspectives == block.perspectives
        ]
        for block in shown
    }
    if (
        len(in_blocks) != len(set(in_blocks))
        or not set(in_blocks) <= set(others)
        or sum(map(len, members.values())) != len(written)
        or any(block.band(len(people)) is None for block, people in members.items())
    ):
        return False
    left_out = tuple(one for one in others if one not in in_blocks)
    figures = replace(contents, picks=(), comments=())
    if not shown:
        return figures == MirrorContents(left_out=left_out) and not contents.picks
    again = figures_of(terms, members, own, left_out=left_out)
    return figures == again and _picks_fit(contents, terms, members, own)


def _group_of(block: Block, terms: RoundTerms) -> Group:
    """Return the block as merging makes it; the mirror's own word that it is attributed is compared later."""
    floor = max(map(terms.floors.of, block.perspectives))
    alone = terms.lead_attributed and block.perspectives == (Perspective.LEAD,)
    return Group(
        perspectives=block.perspectives,
        floor=1 if alone else floor,
        merged=len(block.perspectives) > 1,
        attributed=alone,
    )


def _picks_fit(
    contents: MirrorContents,
    terms: RoundTerms,
    members: dict[Group, list[Submission]],
    own: Sequence[Answer],
) -> bool:
    """Return whether some number of people who picked anything, in each block, gives the talents shown."""
    chosen = {block: picked_in(people) for block, people in members.items()}
    kept = {term for found in chosen.values() for one in found for term in one}
    if kept != {pick.term for pick in contents.picks if pick.picks is not None}:
        return False
    possible = [
        list(
            {block.band(number): None for number in range(len(chosen[block]), len(people) + 1)}
            if not block.attributed
            else {None: None}
        )
        for block, people in members.items()
    ]
    return any(
        picks_of(terms, chosen, dict(zip(members, bands, strict=True)), own) == contents.picks
        for bands in product(*possible)
    )
