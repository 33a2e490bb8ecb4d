"""What fits a question, and what counts as not given."""

import msgspec
import pytest

from rules.feedback.answers import (
    ANSWERS_BYTES,
    Answer,
    AnswersTooLongError,
    GivenAnswer,
    HandedIn,
    Value,
    check_answers,
    fill_up,
    read_handed_in,
)
from rules.feedback.questions import LensForm, Perspective
from tests.rules.feedback.rounds import LENS, OPEN, SEEN, TALENTS, TERM

STANDARD, EASY = LensForm.STANDARD, LensForm.EASY


def one(question: str, **value: object) -> GivenAnswer:
    return GivenAnswer(question_id=question, value=msgspec.convert(value, Value))


def opened(*given: GivenAnswer, form: LensForm = STANDARD, take_back: bool = False) -> tuple[Answer, ...]:
    content = fill_up(HandedIn(answers=given, take_back=take_back))
    assert len(content) == ANSWERS_BYTES
    return read_handed_in(content, questions=LENS, form=form, perspective=Perspective.PEER)


FITTING = [
    (one(SEEN, scale=1), Answer(question=SEEN, scale=1)),
    (one(SEEN, notSeen=True), Answer(question=SEEN, not_seen=True)),
    (one(SEEN, scale=5, notSeen=False), Answer(question=SEEN, scale=5)),
    (one(TALENTS, termIds=["f" * 32, TERM]), Answer(question=TALENTS, terms=(TERM, "f" * 32))),
    (one(OPEN, text=" re\u0301gel \r\n twee "), Answer(question=OPEN, text="r\u00e9gel \n twee")),
    (one(OPEN, text="x" * 600), Answer(question=OPEN, text="x" * 600)),
]
FITTING += [
    (one(f"Question:{SEEN}", scale=2), Answer(question=SEEN, scale=2)),
    (one(f"Question:{TALENTS}", termIds=[f"TalentTerm:{TERM}"]), Answer(question=TALENTS, terms=(TERM,))),
]
UNFIT = [
    one("9" * 32, scale=3),
    one(SEEN, scale=0),
    one(SEEN, scale=6),
    one(SEEN, text="drie"),
    one(SEEN),
    one(SEEN, scale=3, text="x"),
    one(TALENTS, termIds=[]),
    one(TALENTS, termIds=[TERM, TERM]),
    one(TALENTS, termIds=[str(place) * 32 for place in range(4)]),
    one(TALENTS, termIds=["geen term"]),
    one(OPEN, text="   "),
    one(OPEN, text="x" * 601),
    one(OPEN, text="\u202eomgekeerd"),
]


@pytest.mark.parametrize(("given", "expected"), FITTING)
def test_an_answer_that_fits_is_read_in_one_form(given: GivenAnswer, expected: Answer) -> None:
    assert opened(given) == (expected,)


@pytest.mark.parametrize("given", UNFIT)
def test_what_does_not_fit_is_refused_when_it_can_be_and_counts_as_not_given_when_opened(
    given: GivenAnswer,
) -> None:
    good = one(
        OPEN if given.question_id != OPEN else SEEN,
        **({"text": "ja"} if given.question_id != OPEN else {"scale": 2}),
    )
    assert [answer.question for answer in opened(given, good)] == [good.question_id]
    _, faults = check_answers([given], questions=LENS, form=STANDARD, perspective=Perspective.PEER)
    assert [fault.place for fault in faults] == [0]


def test_an_easy_lens_has_three_answers() -> None:
    assert [answer.scale for answer in opened(one(SEEN, scale=3), form=EASY)] == [3]
    assert opened(one(SEEN, scale=4), form=EASY) == ()


def test_a_question_is_answered_once() -> None:
    _, faults = check_answers(
        [one(SEEN, scale=3), one(SEEN, scale=4)], questions=LENS, form=STANDARD, perspective=Perspective.SELF
    )
    assert [fault.place for fault in faults] == [1]


def test_a_question_that_the_perspective_is_not_asked_does_not_fit() -> None:
    lens = [msgspec.structs.replace(LENS[0], perspectives=(Perspective.CLIENT,)), *LENS[1:]]
    content = fill_up(HandedIn(answers=(one(SEEN, scale=3),)))
    assert read_handed_in(content, questions=lens, form=STANDARD, perspective=Perspective.PEER) == ()


DEEP = b'{"more":' + b"[" * 4_000 + b"]" * 4_000 + b"}"
NO_UTF_8 = b'{"answers":[{"questionId":"%s","value":{"text":"\xff"}}]}' % OPEN.encode()


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff" * 9, b'{"answers": 3}', DEEP, NO_UTF_8])
def test_damaged_content_counts_as_nothing(content: bytes) -> None:
    assert read_handed_in(content, questions=LENS, form=STANDARD, perspective=Perspective.PEER) == ()


def test_taking_back_leaves_nothing() -> None:
    assert opened(take_back=True) == ()


def test_answers_longer_than_the_one_size_are_refused() -> None:
    long = tuple(one(f"{place:032x}", text="\u00e9" * 600) for place in range(8))
    with pytest.raises(AnswersTooLongError, match="are more than 8192"):
        fill_up(HandedIn(answers=long))
