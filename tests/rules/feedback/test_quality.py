"""The quality of lenses (privacy review, S6): words over many rounds, that never differ by one round."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.feedback.mirror import Portion
from rules.feedback.quality import ROUNDS_MIN, SUBMISSIONS_MIN, Figure, Sums, Tally, tallies_of
from rules.feedback.questions import Perspective, Question, QuestionKind
from rules.feedback.releasing import Submission, shown_members
from tests.rules.feedback.rounds import LENS, OPEN, SEEN, alike, round_terms, submission

P = Perspective


def counted(
    submissions: list[Submission], *, questions: tuple[Question, ...] = LENS, lead_attributed: bool = False
) -> dict[str, Tally]:
    """Return what one round counts, by question."""
    terms = round_terms({one.perspective for one in submissions}, lead_attributed=lead_attributed)
    _, members = shown_members(terms, submissions)
    return tallies_of(members, questions)


def test_an_answer_a_not_seen_and_a_question_left_open_are_counted_apart() -> None:
    people = [
        submission("1", P.PEER, scale=4),
        submission("2", P.PEER, scale=2, text="iets"),
        submission("3", P.PEER, not_seen=True, text="iets"),
        submission("4", P.PEER, text="iets"),
    ]
    tallies = counted(people)
    assert tallies[SEEN] == Tally(rounds=1, asked=4, answered=2, not_seen=1, scale=True)
    assert tallies[OPEN] == Tally(rounds=1, asked=4, answered=3)


def test_rule_1_who_is_not_shown_is_not_counted() -> None:
    assert counted(alike({P.PEER: 2, P.CLIENT: 2})) == {}
    assert counted(alike({P.PEER: 3, P.CLIENT: 4}))[SEEN].asked == 3


def test_rule_3_a_lead_who_was_asked_alone_counts_nowhere() -> None:
    people = [*alike({P.PEER: 3}), submission("lead", P.LEAD, scale=5)]
    assert counted(people, lead_attributed=True)[SEEN].asked == 3


def test_a_merged_block_counts_only_for_what_all_its_perspectives_were_asked() -> None:
    of_peers = Question(question="9" * 32, kind=QuestionKind.SCALE, nl="a", en="a", perspectives=(P.PEER,))
    merged = counted(alike({P.PEER: 2, P.CLIENT: 3}), questions=(*LENS, of_peers))
    assert of_peers.question not in merged
    assert merged[SEEN].asked == 5


def of_one_round(asked: int, answered: int, not_seen: int = 0) -> Tally:
    return Tally(rounds=1, asked=asked, answered=answered, not_seen=not_seen, scale=True)


def after(*tallies: Tally) -> list[Sums]:
    """Return the sums after each round; each figure is named after the round that completed it."""
    seen, sums = [], Sums()
    for place, tally in enumerate(tallies):
        sums = sums.plus("q", tally, new_id=str(place))
        seen.append(sums)
    return seen


def test_a_figure_needs_as_many_rounds_and_as_many_submissions() -> None:
    four_large = after(*[of_one_round(10, 9)] * (ROUNDS_MIN - 1))
    assert four_large[-1].figure is None
    many_small = after(*[of_one_round(3, 3)] * 6)
    assert many_small[-1].figure is None, f"18 submissions are fewer than {SUBMISSIONS_MIN}"
    assert after(*[of_one_round(3, 3)] * 7)[-1].figure == Figure(
        question="q", figure="6", answered=Portion.MOST, not_seen=Portion.FEW
    )


def test_a_figure_says_which_part_and_only_of_a_scale_which_part_had_not_seen() -> None:
    half = after(*[of_one_round(8, 4, 3)] * ROUNDS_MIN)[-1].figure
    assert half == Figure(question="q", figure="4", answered=Portion.SOME, not_seen=Portion.SOME)
    open_ = after(*[Tally(rounds=1, asked=8, answered=1)] * ROUNDS_MIN)[-1].figure
    assert open_ == Figure(question="q", figure="4", answered=Portion.FEW)


_ROUNDS = st.lists(
    st.integers(3, 40).flatmap(lambda asked: st.tuples(st.just(asked), st.integers(0, asked))),
    min_size=1,
    max_size=60,
)


@given(_ROUNDS)
def test_two_figures_of_a_question_never_differ_by_fewer_rounds_or_submissions(
    rounds: list[tuple[int, int]],
) -> None:
    """The attack: whoever has every figure there ever was subtracts the one before."""
    seen = after(*(of_one_round(asked, answered) for asked, answered in rounds))
    bases = [Tally(), *[sums.counted for sums in seen]]
    for before, now in pairwise(bases):
        if before != now:
            assert now.rounds - before.rounds >= ROUNDS_MIN
            assert now.asked - before.asked >= SUBMISSIONS_MIN
    figures = [sums.figure for sums in seen]
    for place, (last, next_) in enumerate(pairwise(figures), start=1):
        assert (last == next_) is (seen[place - 1].counted == seen[place].counted)


@pytest.mark.parametrize("seed", range(20))
def test_what_waits_changes_no_figure(seed: int) -> None:
    """The attack: of two histories that differ in their last, small round, the figures are equal."""
    chance = random.Random(seed)  # noqa: S311 - a reproducible history
    rounds = [of_one_round(asked := chance.randint(4, 9), chance.randint(0, asked)) for _ in range(23)]
    last = after(*rounds)[-1]
    if last.waiting.rounds == ROUNDS_MIN - 1:
        rounds = rounds[:-1]
        last = after(*rounds)[-1]
    for answered in range(4):
        assert after(*rounds, of_one_round(3, answered))[-1].figure == last.figure
