"""Privacy rules 1, 2, 3, 7 and 8, and that "not seen" moves nothing (A7)."""

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rules.feedback.answers import Answer
from rules.feedback.mirror import Cell, CountBand, GapKind, MeanBand, MirrorContents, Portion
from rules.feedback.questions import Perspective
from rules.feedback.releasing import release
from tests.rules.feedback.rounds import (
    LENS,
    OPEN,
    OTHERS,
    SEEN,
    TALENTS,
    TERM,
    alike,
    derive,
    released,
    round_terms,
    submission,
)

P = Perspective


def cells_of(contents: MirrorContents) -> dict[tuple[Perspective, ...], CountBand | None]:
    (row,) = contents.rows
    return {block.perspectives: cell.raters for block, cell in zip(contents.blocks, row.cells, strict=True)}


def test_rule_1_a_cell_with_fewer_answers_than_the_floor_is_empty_though_its_block_is_shown() -> None:
    peers = [submission(f"{place}", P.PEER, scale=4) for place in range(2)]
    peers.append(submission("2", P.PEER, not_seen=True, text="iets"))
    contents = released(peers).contents
    assert [block.raters for block in contents.blocks] == [CountBand(low=3, high=4)]
    assert cells_of(contents) == {(P.PEER,): None}
    assert contents.rows[0].total is None


def test_rule_1_too_few_raters_release_nothing_and_keep_nothing() -> None:
    found = released(alike({P.PEER: 2, P.CLIENT: 2}))
    assert found.kept == ()
    assert found.contents == MirrorContents(left_out=OTHERS)


def test_rule_1_who_is_left_out_is_not_kept() -> None:
    found = released(alike({P.PEER: 3, P.CLIENT: 4}))
    assert {one.perspective for one in found.kept} == {P.PEER}
    assert found.contents.left_out == (P.REPORT, P.CLIENT, P.PARTNER)


@pytest.mark.parametrize("scale", [1, 3, 5])
def test_rule_2_equal_blocks_and_bands_give_equal_mirrors(scale: int) -> None:
    seen: dict[object, set[MirrorContents]] = defaultdict(set)
    for sizes in product(range(9), repeat=3):
        people = dict(zip((P.PEER, P.REPORT, P.CLIENT), sizes, strict=True))
        contents = released(alike(people, scale=scale), invited=people).contents
        seen[contents.blocks, contents.left_out].add(contents)
    assert len(seen) > 1
    assert all(len(mirrors) == 1 for mirrors in seen.values())


@pytest.mark.parametrize("sizes", [(2, 0, 1), (2, 1, 0), (2, 2, 1), (0, 2, 2)])
def test_rule_2_a_merged_block_has_figures_for_what_all_its_perspectives_were_asked(
    sizes: tuple[int, int, int],
) -> None:
    three = (P.PEER, P.REPORT, P.LEAD)
    questions = [replace(one, perspectives=three[:2]) for one in LENS]
    terms = replace(round_terms(three), questions=tuple(questions))
    found = release(terms, alike(dict(zip(three, sizes, strict=True))), (), derive)
    assert [block.perspectives for block in found.contents.blocks] == [(P.PEER, P.LEAD, P.REPORT)]
    assert [row.cells for row in found.contents.rows] == [(Cell(),)]
    assert found.contents.picks == ()
    assert {one.answers for one in found.kept} == {()}, "rule 5: no row says what its writer was asked"


def test_rule_3_an_attributed_lead_is_in_no_total() -> None:
    others = alike({P.PEER: 3}, scale=2)
    lead = submission("lead", P.LEAD, scale=5, terms=(TERM,), text="goed")
    contents = released([*others, lead], invited=(P.LEAD, P.PEER), lead_attributed=True).contents
    (row,) = contents.rows
    assert [cell.mean for cell in row.cells] == [MeanBand.FROM_4_5, MeanBand.ABOUT_2]
    assert row.total is MeanBand.ABOUT_2
    assert contents.steadiness == released(others).contents.steadiness
    assert [pick.picks for pick in contents.picks] == [CountBand(low=3)]
    assert [one.perspectives for one in contents.comments] == [(P.LEAD,)]


@pytest.mark.parametrize(
    ("peers", "reports", "expected"),
    [
        (3, 3, [(P.PEER,), (P.REPORT,)]),
        (3, 2, [(P.PEER,)]),
        (2, 2, [(P.PEER, P.REPORT)]),
        (1, 1, []),
    ],
)
def test_rule_7_comments_need_enough_writers_or_join_others(
    peers: int, reports: int, expected: list[tuple[Perspective, ...]]
) -> None:
    raters = alike({P.PEER: 6, P.REPORT: 6})
    raters += [submission(f"p{place}", P.PEER, text=f"p{place}") for place in range(peers)]
    raters += [submission(f"r{place}", P.REPORT, text=f"r{place}") for place in range(reports)]
    assert [one.perspectives for one in released(raters).contents.comments] == expected


def test_rule_7_comments_of_who_is_left_out_are_left_out() -> None:
    clients = [submission(f"{place}", P.CLIENT, text="van ons") for place in range(4)]
    assert released([*alike({P.PEER: 3}), *clients]).contents.comments == ()


def test_rule_7_the_order_of_fragments_is_the_same_for_every_order_of_handing_in() -> None:
    raters = [submission(f"{place}", P.PEER, text=f"tekst {place}") for place in range(6)]
    first, again = released(raters).contents.comments, released(raters[::-1]).contents.comments
    assert first == again
    assert [one.text for one in first[0].fragments] != [f"tekst {place}" for place in range(6)]


@pytest.mark.parametrize(
    ("answers", "mean"),
    [
        ((1, 1, 1), MeanBand.UP_TO_1_5),
        ((1, 1, 2), MeanBand.UP_TO_1_5),
        ((1, 2, 2), MeanBand.UP_TO_1_5),
        ((2, 2, 2), MeanBand.ABOUT_2),
        ((2, 3, 3, 3), MeanBand.ABOUT_3),
        ((3, 4, 4), MeanBand.ABOUT_3_5),
        ((5, 5, 5), MeanBand.FROM_4_5),
    ],
)
def test_rule_8_means_are_half_steps_with_open_ends(answers: tuple[int, ...], mean: MeanBand) -> None:
    raters = [submission(f"{place}", P.PEER, scale=scale) for place, scale in enumerate(answers)]
    assert released(raters).contents.rows[0].cells[0].mean is mean


@pytest.mark.parametrize(
    ("answers", "low"),
    [
        ((1, 3, 4, 4), None),  # four answers
        ((4, 4, 4, 4, 1), None),  # one outside the largest part
        ((1, 2, 4, 4, 4), Portion.SOME),
        ((1, 1, 2, 3, 4), Portion.MOST),
        ((3, 3, 4, 4, 4), Portion.FEW),
    ],
)
def test_rule_8_a_spread_needs_five_answers_and_two_outside_its_largest_part(
    answers: tuple[int, ...], low: Portion | None
) -> None:
    raters = [submission(f"{place}", P.PEER, scale=scale) for place, scale in enumerate(answers)]
    spread = released(raters).contents.rows[0].cells[0].spread
    assert (spread.low if spread else None) is low


def test_rule_8_steadiness_comes_from_the_lower_edge_of_the_band() -> None:
    steadiness = {n: released(alike({P.PEER: n})).contents.blocks[0].steadiness for n in range(3, 15)}
    assert {steadiness[n] for n in (3, 4)} == {0.36}
    assert {steadiness[n] for n in (5, 6, 7)} == {0.49}
    assert {steadiness[n] for n in range(8, 13)} == {0.60}
    assert {steadiness[n] for n in (13, 14)} == {0.71}


def test_rule_8_picks_need_enough_raters_of_the_total_and_say_how_many_at_least() -> None:
    two = [submission(f"x{place}", P.PEER, terms=("e" * 32,)) for place in range(2)]
    picks = released([*alike({P.PEER: 4}), *two]).contents.picks
    assert [(pick.term, pick.picks) for pick in picks] == [(TERM, CountBand(low=3))]


def test_a_term_the_subject_picked_is_shown_without_a_number_when_few_others_did() -> None:
    own = (Answer(question=TALENTS, terms=("e" * 32,)),)
    (others, mine) = released(alike({P.PEER: 3}), own=own).contents.picks
    assert (others.term, others.by_self) == (TERM, False)
    assert (mine.term, mine.by_self, mine.picks) == ("e" * 32, True, None)


@pytest.mark.parametrize(
    ("own", "others", "gap"),
    [
        (5, 5, GapKind.CONFIRMED_STRENGTH),
        (5, 4, GapKind.CONFIRMED_STRENGTH),
        (3, 5, GapKind.HIDDEN_STRENGTH),
        (5, 3, GapKind.BLIND_SPOT),
        (1, 2, None),
        (3, 3, None),
    ],
)
def test_the_gap_between_own_answer_and_others(own: int, others: int, gap: GapKind | None) -> None:
    contents = released(alike({P.PEER: 3}, scale=others), own=(Answer(question=SEEN, scale=own),)).contents
    assert contents.rows[0].gap is gap


answers = st.one_of(st.none(), st.integers(1, 5))
comments = st.one_of(st.none(), st.text("abc", min_size=1, max_size=3))
raters = st.lists(st.tuples(st.sampled_from(OTHERS), answers, comments), max_size=25)


@given(raters, st.lists(st.tuples(st.sampled_from(OTHERS), st.booleans()), max_size=8))
def test_not_seen_and_unanswered_move_nothing(
    given_: list[tuple[Perspective, int | None, str | None]], silent: list[tuple[Perspective, bool]]
) -> None:
    people = [
        submission(f"{place}", one, scale=scale, text=text) for place, (one, scale, text) in enumerate(given_)
    ]
    quiet = [submission(f"q{place}", one, not_seen=not_seen) for place, (one, not_seen) in enumerate(silent)]
    assert released([*people, *quiet]) == released(people)


@given(raters)
def test_nothing_depends_on_the_order_of_handing_in(
    given_: list[tuple[Perspective, int | None, str | None]],
) -> None:
    people = [
        submission(f"{place}", one, scale=scale, text=text) for place, (one, scale, text) in enumerate(given_)
    ]
    mixed = sorted(people, key=lambda one: one.slot, reverse=True)
    assert released(mixed).contents == released(people).contents


@given(raters)
def test_every_fragment_is_one_comment_of_a_shown_block(
    given_: list[tuple[Perspective, int | None, str | None]],
) -> None:
    people = [
        submission(f"{place}", one, scale=scale, text=text) for place, (one, scale, text) in enumerate(given_)
    ]
    found = released(people)
    for comments_ in found.contents.comments:
        assert comments_.question == OPEN
        assert len(comments_.fragments) >= 3
        written = sorted(
            answer.text or ""
            for one in found.kept
            if one.perspective in comments_.perspectives and (answer := one.answer_to(OPEN))
        )
        assert sorted(fragment.text for fragment in comments_.fragments) == written
