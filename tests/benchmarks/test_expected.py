"""All mirrors of the real ratings, and of invented ones, by the program's rules and by pandas: the same."""

import random
from collections.abc import Callable
from typing import Any, Final

import pytest

from benchmarks.insteval.expected import FLOORS, Figures, differences, expected_figures
from benchmarks.insteval.ratings import SIDES, MissingDataError, cut, load_ratings
from benchmarks.insteval.shown import figures_of
from events.catalog.rounds import MirrorReleased, RoundClosed, ShownBlock
from processes.keeper.closing import Row, row_of
from rules.feedback import bands
from rules.feedback.answers import Answer
from rules.feedback.questions import Perspective, RoundFloors
from rules.feedback.releasing import RoundTerms, Submission, release
from tests.conftest import not_to_be_had
from tests.processes.keeper.rounds import SCALE

ROUNDS: Final = 600
"""Invented ones, of small perspectives: more of them are merged or hidden than of the real ones."""


def computed(answers: Any) -> Figures:
    """Return the figures by the program's rules, without the path on which answers travel."""
    figures: dict[tuple[int, str, str], str] = {}
    for subject, group in answers.groupby("subject"):
        submissions = [
            Submission(
                slot=str(one.rater),
                perspective=Perspective(one.perspective),
                answers=(Answer(question=SCALE.question, scale=int(one.rating)),),
            )
            for one in group.itertuples()
        ]
        terms = RoundTerms(
            questions=(SCALE,),
            invited=frozenset(one.perspective for one in submissions),
            floors=RoundFloors(raters=3, clients=5, comments=3),
            lead_attributed=False,
        )
        made = release(terms, submissions, (), lambda *_: bytes(16))
        rows = [row_of(one, made.contents) for one in made.kept]
        rows += [Row()] * (len(submissions) - len(rows))
        blocks = tuple(
            ShownBlock(perspectives=block.perspectives, raters=block.raters) for block in made.contents.blocks
        )
        found = figures_of(
            MirrorReleased(round="", mirror="", contents=made.contents),
            RoundClosed(round="", blocks=blocks),
            rows,
        )
        figures |= {(int(subject), block, name): value for (block, name), value in found.items()}
    return figures


@pytest.fixture(scope="module")
def ratings() -> Any:
    try:
        return load_ratings()
    except MissingDataError as error:
        not_to_be_had(str(error))


@pytest.fixture(scope="module")
def invented(ratings: Any) -> Any:
    """Return rounds of some perspectives, most of them small, whose people answer alike or not."""
    dice = random.Random(1)  # noqa: S311 - no secret
    rows: list[tuple[int, int, str, int]] = []
    for subject in range(ROUNDS):
        weights = dice.choice(((1, 1, 1, 1, 1), (0, 0, 1, 3, 6), (8, 1, 1, 0, 0)))
        for perspective in dice.sample(list(FLOORS), dice.randint(1, len(FLOORS))):
            given = dice.choices(range(1, 6), weights=weights, k=dice.choice((2, 2, 2, 3, 4, 4, 5, 6, 8, 13)))
            rows += [(subject, len(rows) + place, perspective, one) for place, one in enumerate(given)]
    return type(ratings)(rows, columns=["subject", "rater", "perspective", "rating"])


@pytest.mark.parametrize("by", SIDES)
def test_all_mirrors_of_the_real_ratings_are_as_computed_by_other_means(ratings: Any, by: str) -> None:
    answers = cut(ratings, by=by, subjects=len(ratings), seed=1)
    assert differences(expected_figures(answers), computed(answers)) == []


def test_mirrors_of_small_perspectives_are_as_computed_by_other_means(invented: Any) -> None:
    expected = expected_figures(invented)
    assert any(block.count("+") == 3 for _, block, _ in expected), "four merged"
    assert any(name == "left out" for _, _, name in expected)
    assert differences(expected, computed(invented)) == []


@pytest.mark.parametrize(
    "plant",
    [
        lambda patch: patch.setattr(bands, "OUTSIDE_MIN", 1),
        lambda patch: patch.setattr(bands, "SPREAD_FROM", 3),
        lambda patch: patch.setattr(bands, "ICC", 0.17),
        lambda patch: patch.setattr(RoundFloors, "of", lambda floors, _: floors.raters),
    ],
    ids=("one answer outside", "a spread of three", "another steadiness", "clients as colleagues"),
)
def test_a_fault_that_is_planted_is_found(
    invented: Any, monkeypatch: pytest.MonkeyPatch, plant: Callable[[pytest.MonkeyPatch], None]
) -> None:
    some = invented[invented.subject < 100]
    plant(monkeypatch)
    assert differences(expected_figures(some), computed(some)) != []
