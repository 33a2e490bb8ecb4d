"""What a rater, or the subject of a round, answers: its form on the wire, and what fits a question."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from rules.characters import shows_nothing, text_fault
from rules.feedback.questions import (
    COMMENT_CHARS_MAX,
    EASY_SCALE,
    SCALE_MAX,
    SCALE_MIN,
    TERMS_PICKED_MAX,
    LensForm,
    Perspective,
    Question,
    QuestionKind,
)
from rules.texts import LocalLine

ANSWERS_BYTES: Final = 8 * 1024
"""The length of every answer before it is sealed: its JSON, filled up with spaces (privacy rule 5)."""
_TERM: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_TYPE_OF_ID: Final = re.compile(r"[A-Z][A-Za-z0-9]*:", re.ASCII)
"""What clients' ids begin with (ADR 12): a page seals the ids that it was given."""


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    One answer: `scale` or `not_seen` of a scale question, `terms` of a talent pick, `text` of an open one.

    An answer in this form fits its question. Without any of them the question was left open.
    """

    question: str
    scale: int | None = None
    not_seen: bool = False
    terms: tuple[str, ...] = ()
    text: str | None = None

    @property
    def counts(self) -> bool:
        """Whether something was answered; "not seen" is no answer (privacy rule 1)."""
        return self.scale is not None or bool(self.terms) or self.text is not None


class Value(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What was answered: exactly one of the four."""

    scale: int | None = None
    not_seen: bool | None = None
    term_ids: tuple[str, ...] | None = None
    text: str | None = None


class GivenAnswer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`AnswerInput` of the schema: an answer as a client gives it, not yet checked."""

    question_id: str
    value: Value


class HandedIn(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """
    `AnswersInput` of the schema, whose JSON is what a browser seals.

    `helped`: somebody helped to answer; no mirror shows it.
    """

    answers: tuple[GivenAnswer, ...] = ()
    take_back: bool = False
    helped: bool = False


class AnswersTooLongError(ValueError):
    """The answers have more bytes than ANSWERS_BYTES; the message says how many."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with the answer at `place` of the list, in a sentence for a screen."""

    place: int
    line: LocalLine


_decode: Final = msgspec.json.Decoder(HandedIn).decode


def fill_up(handed_in: HandedIn) -> bytes:
    """Return the JSON of the answers with spaces up to ANSWERS_BYTES. Raises AnswersTooLongError."""
    written = msgspec.json.encode(handed_in)
    if len(written) > ANSWERS_BYTES:
        raise AnswersTooLongError(f"{len(written)} bytes are more than {ANSWERS_BYTES}")
    return written.ljust(ANSWERS_BYTES)


def read_handed_in(
    content: bytes, *, questions: Sequence[Question], form: LensForm, perspective: Perspective
) -> tuple[Answer, ...]:
    """
    Return the answers in opened content, in the order of the lens; none if it was taken back or damaged.

    What does not fit its question counts as not given: nobody can ask the rater again.
    """
    try:
        handed_in = _decode(content)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):  # one answer must not hold up the closing
        return ()
    if handed_in.take_back:
        return ()
    asked = asked_of(questions, perspective)
    found = {_bare(given.question_id): _fitting(given, asked, form) for given in handed_in.answers}
    return tuple(_not_too_long(answer for name in asked if isinstance(answer := found.get(name), Answer)))


def check_answers(
    given: Iterable[GivenAnswer], *, questions: Sequence[Question], form: LensForm, perspective: Perspective
) -> tuple[tuple[Answer, ...], tuple[Fault, ...]]:
    """Return the answers in the order of the lens, and what is wrong with any of them."""
    asked = asked_of(questions, perspective)
    answers: dict[str, Answer] = {}
    faults: list[Fault] = []
    for place, one in enumerate(given):
        read = _TWICE if _bare(one.question_id) in answers else _fitting(one, asked, form)
        if isinstance(read, Answer):
            answers[read.question] = read
        else:
            faults.append(Fault(place=place, line=read))
    return tuple(answers[name] for name in asked if name in answers), tuple(faults)


def asked_of(questions: Sequence[Question], perspective: Perspective) -> dict[str, Question]:
    """Return the questions that this perspective is asked, by id; the subject itself is asked all."""
    return {
        question.question: question
        for question in questions
        if perspective is Perspective.SELF or perspective in question.perspectives
    }


def _not_too_long(answers: Iterable[Answer]) -> Iterator[Answer]:
    """
    Leave out texts that make more than ANSWERS_BYTES of all, so that a closing always fits one commit.

    NFC writes some characters with up to three times the bytes.
    """
    left = ANSWERS_BYTES
    for answer in answers:
        size = len((answer.text or "").encode())
        if size <= left:
            left -= size
            yield answer


def _fitting(given: GivenAnswer, asked: Mapping[str, Question], form: LensForm) -> Answer | LocalLine:
    """Return the answer in its stored form, or why it does not fit."""
    question = asked.get(_bare(given.question_id))
    value = {
        name: found
        for name, found in msgspec.structs.asdict(given.value).items()
        if found is not None and found is not False
    }
    if question is None or len(value) != 1:
        return _UNKNOWN if question is None else _ONE_VALUE
    return _read(question, value, form)


def _read(question: Question, value: Mapping[str, Any], form: LensForm) -> Answer | LocalLine:
    name = question.question
    match question.kind, value:
        case QuestionKind.SCALE, {"not_seen": True}:
            return Answer(question=name, not_seen=True)
        case QuestionKind.SCALE, {"scale": int(scale)}:
            steps = EASY_SCALE if form is LensForm.EASY else range(SCALE_MIN, SCALE_MAX + 1)
            return Answer(question=name, scale=scale) if scale in steps else _scale_fault(form)
        case QuestionKind.TALENT_PICK, {"term_ids": tuple(terms)}:
            return _picked(name, tuple(map(_bare, terms)))
        case QuestionKind.OPEN, {"text": str(text)}:
            return _written(name, text)
        case _:
            return _WRONG_KIND


def _bare(name: str) -> str:
    """Return an id without the type that clients see before it."""
    return _TYPE_OF_ID.sub("", name, count=1)


def _picked(question: str, terms: tuple[str, ...]) -> Answer | LocalLine:
    if not 1 <= len(terms) <= TERMS_PICKED_MAX or len(set(terms)) != len(terms):
        return _PICKS
    if not all(map(_TERM.fullmatch, terms)):
        return _UNKNOWN_TERM
    return Answer(question=question, terms=tuple(sorted(terms)))


def _written(question: str, text: str) -> Answer | LocalLine:
    """Return the text in one form for all keyboards: NFC, without blanks around it (privacy review, O9)."""
    written = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if shows_nothing(written):
        return _EMPTY
    if len(written) > COMMENT_CHARS_MAX:
        return _TOO_LONG
    fault = text_fault(written, lines=True)
    return Answer(question=question, text=written) if fault is None else LocalLine(nl=fault.nl, en=fault.en)


def _scale_fault(form: LensForm) -> LocalLine:
    steps = ", ".join(map(str, EASY_SCALE)) if form is LensForm.EASY else f"{SCALE_MIN}-{SCALE_MAX}"
    return LocalLine(nl=f"Kies een van deze waarden: {steps}.", en=f"Choose one of these values: {steps}.")


_UNKNOWN: Final = LocalLine(
    nl="Deze vraag hoort niet bij deze ronde.", en="This question does not belong to this round."
)
_TWICE: Final = LocalLine(nl="Deze vraag is twee keer beantwoord.", en="This question was answered twice.")
_ONE_VALUE: Final = LocalLine(
    nl="Geef precies één antwoord op deze vraag.", en="Give exactly one answer to this question."
)
_WRONG_KIND: Final = LocalLine(
    nl="Dit antwoord past niet bij deze vraag.", en="This answer does not fit the question."
)
_PICKS: Final = LocalLine(
    nl=f"Kies 1 tot {TERMS_PICKED_MAX} verschillende talenten.",
    en=f"Choose 1 to {TERMS_PICKED_MAX} different talents.",
)
_UNKNOWN_TERM: Final = LocalLine(
    nl="Dit woord staat niet in de talenttaal.", en="This word is not in the talent language."
)
_EMPTY: Final = LocalLine(nl="Vul hier iets in.", en="Please fill this in.")
_TOO_LONG: Final = LocalLine(
    nl=f"Dit mag hoogstens {COMMENT_CHARS_MAX} tekens lang zijn.",
    en=f"This may be {COMMENT_CHARS_MAX} characters long at most.",
)
