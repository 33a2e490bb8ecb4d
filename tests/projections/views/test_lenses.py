"""Lenses by version: what is offered, what is in the making, and what was asked in an old round."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

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
from events.codec import UnknownEvent
from projections.views import lenses
from rules.feedback.lens_versions import LensState
from rules.feedback.questions import LensForm, Perspective, Question, QuestionKind
from tests.projections.views.given import NOON, facts, folded, read

pytestmark = pytest.mark.postgres

ORGANISATION = "d" * 32
LENS, OTHER = "a" * 32, "b" * 32
SIDES = (Perspective.SELF, Perspective.CLIENT)
PILOT = LensPiloted(
    number=1, member="e" * 32, on=date(2026, 3, 1), people=5, clients=2, findings="Duidelijk."
)


def drafted(nl: str = "Samenwerken", number: int = 1, **other: Any) -> LensDrafted:
    return LensDrafted(number=number, nl=nl, en=f"en {nl}", **other)


def added(question: str) -> QuestionAdded:
    return QuestionAdded(
        number=1,
        question=question,
        kind=QuestionKind.SCALE,
        nl=f"nl {question}",
        en=f"en {question}",
        perspectives=SIDES,
    )


def asked(question: str) -> Question:
    return Question(
        question=question,
        kind=QuestionKind.SCALE,
        nl=f"nl {question}",
        en=f"en {question}",
        perspectives=SIDES,
    )


def happened(database: str, *events: LensEvent | UnknownEvent, more: tuple[LensEvent, ...] = ()) -> None:
    streams = [(f"lens-{ORGANISATION}-{LENS}", event) for event in events]
    folded(
        database,
        lenses.VIEW,
        facts(*streams, *((f"lens-{ORGANISATION}-{OTHER}", event) for event in more)),
    )


def numbers(found: list[lenses.LensVersion]) -> list[tuple[str, int]]:
    return [(version.lens, version.number) for version in found]


def test_a_version_is_what_became_of_it(database: str) -> None:
    happened(
        database,
        drafted(form=LensForm.EASY),
        added("q1"),
        added("q2"),
        added("q3"),
        QuestionReworded(number=1, question="q1", nl="Anders", en="Other"),
        QuestionDropped(number=1, question="q2"),
        PILOT,
        LensPublished(number=1),
    )
    (version,) = read(database, lenses.offered)
    assert version == lenses.LensVersion(
        organisation=ORGANISATION,
        lens=LENS,
        number=1,
        version=8,
        nl="Samenwerken",
        en="en Samenwerken",
        form=LensForm.EASY,
        state=LensState.PUBLISHED,
        published_at=NOON + timedelta(hours=7),
        questions=(msgspec.structs.replace(asked("q1"), nl="Anders", en="Other"), asked("q3")),
        pilots=(
            lenses.Pilot(on_day=date(2026, 3, 1), people=5, clients=2, findings="Duidelijk.", outdated=False),
        ),
    )
    assert read(database, lenses.not_published) == []


def test_a_pilot_is_outdated_when_a_question_was_changed_after_it(database: str) -> None:
    for change in (
        added("q2"),
        QuestionReworded(number=1, question="q1", nl="Anders", en="Other"),
        QuestionDropped(number=1, question="q1"),
    ):
        happened(database, drafted(), added("q1"), PILOT)
        (version,) = read(database, lenses.not_published)
        assert (version.state, [pilot.outdated for pilot in version.pilots]) == (LensState.PILOT, [False])
        happened(database, drafted(), added("q1"), PILOT, change)
        (version,) = read(database, lenses.not_published)
        assert (version.state, [pilot.outdated for pilot in version.pilots]) == (LensState.DRAFT, [True])
        happened(database, drafted(), added("q1"), PILOT, change, PILOT)
        (version,) = read(database, lenses.not_published)
        assert version.state is LensState.PILOT
        assert [pilot.outdated for pilot in version.pilots] == [True, False]


def test_of_each_lens_the_newest_published_version_is_offered_by_name(database: str) -> None:
    happened(
        database,
        drafted("Samenwerken"),
        LensPublished(number=1),
        drafted("Vooruit", 2, questions=(asked("q2"), asked("q1"))),
        LensPublished(number=2),
        drafted("Opnieuw", 3),
        more=(drafted("Écht"), LensPublished(number=1)),
    )
    offered = read(database, lenses.offered)
    assert numbers(offered) == [(OTHER, 1), (LENS, 2)]
    assert [question.question for question in offered[1].questions] == ["q2", "q1"]
    assert numbers(read(database, lenses.not_published)) == [(LENS, 3)]


def test_a_version_that_was_withdrawn_or_followed_by_another_is_still_found(database: str) -> None:
    happened(
        database,
        drafted(),
        added("q1"),
        LensPublished(number=1),
        drafted(number=2),
        LensPublished(number=2),
        LensWithdrawn(numbers=(1, 2), reason="Te lang."),
        drafted(number=3),
    )
    assert read(database, lenses.offered) == []
    assert numbers(read(database, lenses.not_published)) == [(LENS, 3), (LENS, 2), (LENS, 1)]
    found = read(database, lenses.of_lenses, [LENS, OTHER])
    assert {number: version.state for (_, number), version in found.items()} == {
        1: LensState.WITHDRAWN,
        2: LensState.WITHDRAWN,
        3: LensState.DRAFT,
    }
    assert [question.question for question in found[LENS, 1].questions] == ["q1"]
    assert found[LENS, 1].published_at is not None


def test_what_a_newer_program_wrote_is_passed_over(database: str) -> None:
    happened(database, drafted(), UnknownEvent(name="lens.lens-sung.v1", raw=b"{}"))
    (version,) = read(database, lenses.not_published)
    assert version.version == 2
