"""Answers to the questions of a lens: as a client gives them, and as their owner reads them."""

from typing import TypeVar

import strawberry
from strawberry import UNSET

from gateway.types.ids import refers_to
from rules.feedback import answers as rules

T = TypeVar("T")


@strawberry.input(
    description="What was answered; which one fits follows from the question's kind.", one_of=True
)
class AnswerValueInput:
    scale: int | None = strawberry.field(
        default=UNSET, description="Of a SCALE question, 1 to 5; with an easy lens 1, 3 or 5."
    )
    not_seen: bool | None = strawberry.field(
        default=UNSET, description="Of a SCALE question: true. It is no answer, and counts for no figure."
    )
    term_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="Of a TALENT_PICK question, 3 terms at most."
    )
    text: str | None = strawberry.field(
        default=UNSET, description="Of an OPEN question, 600 characters at most."
    )


@strawberry.input(description="The answer to one question; a question that is left out was left open.")
class AnswerInput:
    question_id: strawberry.ID = strawberry.field(description="The question.")
    value: AnswerValueInput = strawberry.field(description="The answer.")


@strawberry.input(
    description="What a rater hands in. Its JSON, filled up with spaces, is also what a browser seals."
)
class AnswersInput:
    answers: list[AnswerInput] = strawberry.field(
        description=(
            "One at least, unless `takeBack`: an empty form that is sent, by a person or by a mail scanner, "
            "must change nothing."
        )
    )
    take_back: bool = strawberry.field(
        default=False, description="Takes back what was handed in, on purpose; `answers` is empty then."
    )
    helped: bool = strawberry.field(
        default=False, description="True when somebody helped to answer; no mirror shows it."
    )


@strawberry.type(description="An answer as it was given.")
class Answer:
    question_id: strawberry.ID = refers_to("Question", description="The question.")
    scale: int | None = strawberry.field(description="Of a SCALE question; null when not seen.")
    term_ids: list[strawberry.ID] = refers_to(
        "TalentTerm", description="Of a TALENT_PICK question, else empty."
    )
    text: str | None = strawberry.field(description="Of an OPEN question.")


def answer_of(answer: rules.Answer) -> Answer:
    return Answer(
        question_id=strawberry.ID(answer.question),
        scale=answer.scale,
        term_ids=[strawberry.ID(term) for term in answer.terms],
        text=answer.text,
    )


def given_answers(answers: list[AnswerInput]) -> tuple[rules.GivenAnswer, ...]:
    """Return answers as the rules read them."""
    return tuple(
        rules.GivenAnswer(question_id=answer.question_id, value=_value(answer.value)) for answer in answers
    )


def _value(value: AnswerValueInput) -> rules.Value:
    terms = _given(value.term_ids)
    return rules.Value(
        scale=_given(value.scale),
        not_seen=_given(value.not_seen),
        term_ids=None if terms is None else tuple(terms),
        text=_given(value.text),
    )


def _given(value: T | None) -> T | None:
    return None if value is UNSET else value
