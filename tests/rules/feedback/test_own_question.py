"""The subject's own question is asked last, of everybody but the subject, under the round's id."""

from rules.feedback.answers import GivenAnswer, HandedIn, Value, asked_of, fill_up, read_handed_in
from rules.feedback.own_question import questions_of_round
from rules.feedback.questions import LensForm, Perspective, Question, QuestionKind

ROUND = "a" * 32
OF_LENS = Question(
    question="b" * 32, kind=QuestionKind.SCALE, nl="Vraag", en="Question", perspectives=(Perspective.PEER,)
)


def test_without_an_own_question_the_lens_is_asked_as_it_is() -> None:
    assert questions_of_round([OF_LENS], round_=ROUND, own_question=None) == (OF_LENS,)


def test_every_side_is_asked_it_and_answers_in_own_words() -> None:
    questions = questions_of_round([OF_LENS], round_=ROUND, own_question="Wat zie je?")
    assert questions[0] == OF_LENS
    assert (questions[1].nl, questions[1].en, questions[1].kind) == (
        "Wat zie je?",
        "Wat zie je?",
        QuestionKind.OPEN,
    )
    for perspective in set(Perspective) - {Perspective.SELF}:
        assert ROUND in asked_of(questions, perspective)
        given = HandedIn(answers=(GivenAnswer(question_id=ROUND, value=Value(text="Veel rust.")),))
        (answer,) = read_handed_in(
            fill_up(given), questions=questions, form=LensForm.STANDARD, perspective=perspective
        )
        assert (answer.question, answer.text) == (ROUND, "Veel rust.")
    assert Perspective.SELF not in questions[1].perspectives
