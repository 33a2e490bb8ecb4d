"""The subject's own question to the raters, which is asked like an open question of the lens."""

from collections.abc import Sequence

from rules.feedback.questions import Perspective, Question, QuestionKind


def questions_of_round(
    questions: Sequence[Question], *, round_: str, own_question: str | None
) -> tuple[Question, ...]:
    """
    Return what raters are asked: the questions of the lens version, and the subject's own one, if any.

    The own question has the id of the round. It is asked from every side but the subject's, in one language.
    """
    if own_question is None:
        return tuple(questions)
    own = Question(
        question=round_,
        kind=QuestionKind.OPEN,
        nl=own_question,
        en=own_question,
        perspectives=tuple(one for one in Perspective if one is not Perspective.SELF),
    )
    return (*questions, own)
