"""The state of a lens, and how events change it."""

from typing import assert_never

import msgspec

from events.catalog.lenses import (
    LensDrafted,
    LensEvent,
    LensPiloted,
    LensPublished,
    LensWithdrawn,
    QuestionAdded,
    QuestionDropped,
    QuestionReworded,
)
from rules.feedback.lens_versions import IN_THE_MAKING, LensState
from rules.feedback.questions import LensForm, Question
from services.decisions.feedback import LensVersion


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a lens; `pilots` are those of its current questions."""

    number: int
    nl: str
    en: str
    form: LensForm
    state: LensState = LensState.DRAFT
    questions: tuple[Question, ...] = ()
    pilots: tuple[LensPiloted, ...] = ()
    was_published: bool = False


class Lens(msgspec.Struct, frozen=True, kw_only=True):
    """All versions of a lens, the oldest first; the last one may be a draft."""

    versions: tuple[Version, ...] = ()

    @property
    def draft(self) -> Version | None:
        last = self.versions[-1] if self.versions else None
        return last if last is not None and last.state in IN_THE_MAKING else None

    def published(self, lens: str, number: int) -> LensVersion | None:
        """Return a version for a round that uses it; None if it was never published."""
        found = next((version for version in self.versions if version.number == number), None)
        if found is None or not found.was_published:
            return None
        return LensVersion(
            lens=lens,
            number=number,
            form=found.form,
            questions=found.questions,
            withdrawn=found.state is LensState.WITHDRAWN,
        )


def evolve(state: Lens, event: LensEvent) -> Lens:
    match event:
        case LensDrafted():
            version = Version(
                number=event.number, nl=event.nl, en=event.en, form=event.form, questions=event.questions
            )
            return Lens(versions=(*state.versions, version))
        case LensPublished(number=number):
            return _changed(state, (number,), state=LensState.PUBLISHED, was_published=True)
        case LensWithdrawn(numbers=numbers):
            return _changed(state, numbers, state=LensState.WITHDRAWN)
        case LensPiloted(number=number):
            pilots = (*_of(state, number).pilots, event)
            return _changed(state, (number,), state=LensState.PILOT, pilots=pilots)
        case QuestionAdded(number=number):
            questions = (*_of(state, number).questions, _question(event))
        case QuestionReworded(number=number, question=name, nl=nl, en=en):
            questions = tuple(
                msgspec.structs.replace(question, nl=nl, en=en) if question.question == name else question
                for question in _of(state, number).questions
            )
        case QuestionDropped(number=number, question=name):
            questions = tuple(
                question for question in _of(state, number).questions if question.question != name
            )
        case _:
            assert_never(event)
    # What was tried is not what is asked now, so it is to be tried again.
    return _changed(state, (number,), state=LensState.DRAFT, pilots=(), questions=questions)


def _of(lens: Lens, number: int) -> Version:
    """Return a version. Raises KeyError when there is none of this number."""
    return {version.number: version for version in lens.versions}[number]


def _question(event: QuestionAdded) -> Question:
    return Question(
        question=event.question,
        kind=event.kind,
        nl=event.nl,
        en=event.en,
        perspectives=event.perspectives,
    )


def _changed(lens: Lens, numbers: tuple[int, ...], **changes: object) -> Lens:
    return Lens(
        versions=tuple(
            msgspec.structs.replace(version, **changes) if version.number in numbers else version
            for version in lens.versions
        )
    )
