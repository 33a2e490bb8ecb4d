"""Decides on the questions of a draft."""

from collections.abc import Sequence

from events.catalog.lenses import QuestionAdded, QuestionReworded
from rules.commands import Refusal
from rules.feedback.lens_versions import EASY_QUESTION_CHARS_MAX, TALENT_PICKS_MAX
from rules.feedback.questions import (
    EASY_QUESTIONS_MAX,
    QUESTIONS_MAX,
    LensForm,
    Perspective,
    Question,
    QuestionKind,
)
from services.contexts.lenses.commands import AddQuestion, RewordQuestion, Words, both_refusals
from services.contexts.lenses.state import Version
from services.decisions.refusals import RejectedError, reject_if
from services.decisions.validation import invalid, one_line, same_words


def added(command: AddQuestion, draft: Version, question: str) -> QuestionAdded:
    """Return the event that adds a question of this id to the draft. Raises RejectedError."""
    kind = QuestionKind[command.kind]
    refusals = [*_room_refusals(draft), *_kind_refusals(kind, draft)]
    reject_if([*refusals, *_text_refusals(command.text, draft, draft.questions)])
    return QuestionAdded(
        number=draft.number,
        question=question,
        kind=kind,
        nl=one_line(command.text.nl),
        en=one_line(command.text.en),
        perspectives=tuple(side for side in Perspective if side.name in command.perspectives),
    )


def reworded(command: RewordQuestion, draft: Version) -> QuestionReworded:
    """Return the event that changes a question's words. Raises RejectedError."""
    question = next((each for each in draft.questions if each.question == command.question_id), None)
    if question is None:
        nl, en = "Deze vraag is er niet.", "There is no such question."
        raise RejectedError(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("questionId",)))
    nl, en = one_line(command.text.nl), one_line(command.text.en)
    if (question.nl, question.en) == (nl, en):
        same_nl, same_en = "Deze vraag luidt al zo.", "This question reads so already."
        raise RejectedError(Refusal(code="ALREADY_SO", nl=same_nl, en=same_en))
    others = [each for each in draft.questions if each is not question]
    reject_if(_text_refusals(command.text, draft, others))
    return QuestionReworded(number=draft.number, question=question.question, nl=nl, en=en)


def _room_refusals(draft: Version) -> list[Refusal]:
    most = EASY_QUESTIONS_MAX if draft.form is LensForm.EASY else QUESTIONS_MAX
    if len(draft.questions) < most:
        return []
    nl = f"Deze vragenset heeft hoogstens {most} vragen."
    en = f"This lens has {most} questions at most."
    return [Refusal(code="LIMIT_REACHED", nl=nl, en=en)]


def _kind_refusals(kind: QuestionKind, draft: Version) -> list[Refusal]:
    if kind is not QuestionKind.TALENT_PICK:
        return []
    if draft.form is LensForm.EASY:
        nl = "In een makkelijke vragenset worden geen talenten gekozen: de woordenlijst is te lang."
        en = "In an easy lens no talents are picked: the list of words is too long."
        return [invalid(("kind",), nl=nl, en=en)]
    if [question.kind for question in draft.questions].count(kind) >= TALENT_PICKS_MAX:
        nl, en = "Talenten worden één keer gekozen.", "Talents are picked once."
        return [Refusal(code="LIMIT_REACHED", nl=nl, en=en, field=("kind",))]
    return []


def _text_refusals(text: Words, draft: Version, others: Sequence[Question]) -> list[Refusal]:
    """Refuse words that are too long for an easy lens, or that another question of the draft has."""
    refusals = []
    if draft.form is LensForm.EASY:
        refusals = both_refusals(text, "text", chars_max=EASY_QUESTION_CHARS_MAX)
    for language, words in (("nl", text.nl), ("en", text.en)):
        if same_words(words) in {same_words(getattr(question, language)) for question in others}:
            nl, en = "Een andere vraag luidt al zo.", "Another question reads so already."
            refusals.append(Refusal(code="ALREADY_SO", nl=nl, en=en, field=("text", language)))
    return refusals
