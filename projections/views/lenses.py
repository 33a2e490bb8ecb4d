"""The lenses of feedback rounds, each version with its questions and its pilots."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import dict_row

from events.catalog.lenses import (
    LensDrafted,
    LensPiloted,
    LensPublished,
    LensWithdrawn,
    QuestionAdded,
    QuestionDropped,
    QuestionReworded,
)
from events.streams import Stream
from projections.changes import Changes, as_json
from projections.table import Column, Table
from projections.view import Fact, View
from rules.feedback.lens_versions import LensState
from rules.feedback.questions import LensForm, Question
from rules.names import plain_name

_VERSION: Final = 1

LENSES: Final = Table(
    name=f"lenses_v{_VERSION}_lenses",
    columns=(Column(name="lens", type="text"), Column(name="version", type="bigint")),
    key=("lens",),
)
VERSIONS: Final = Table(
    name=f"lenses_v{_VERSION}_versions",
    columns=(
        Column(name="lens", type="text"),
        Column(name="number", type="integer"),
        Column(name="nl", type="text"),
        Column(name="en", type="text"),
        Column(name="form", type="text"),
        Column(name="state", type="text"),
        Column(name="worded_at", type="bigint"),  # the stream's version at the last change of a question
        Column(name="published_at", type="timestamptz", nullable=True),
    ),
    key=("lens", "number"),
)
QUESTIONS: Final = Table(
    name=f"lenses_v{_VERSION}_questions",
    columns=(
        Column(name="question", type="text"),
        Column(name="lens", type="text"),
        Column(name="number", type="integer"),
        Column(name="added_at", type="bigint"),
        Column(name="place", type="integer"),
        Column(name="kind", type="text"),
        Column(name="nl", type="text"),
        Column(name="en", type="text"),
        Column(name="perspectives", type="jsonb"),
    ),
    key=("question",),
    indexes=(("lens", "number"),),
)
PILOTS: Final = Table(
    name=f"lenses_v{_VERSION}_pilots",
    columns=(
        Column(name="lens", type="text"),
        Column(name="number", type="integer"),
        Column(name="recorded_at", type="bigint"),  # the stream's version
        Column(name="on_day", type="date"),
        Column(name="people", type="integer"),
        Column(name="clients", type="integer"),
        Column(name="findings", type="text", nullable=True),
    ),
    key=("lens", "number", "recorded_at"),
)


class Pilot(msgspec.Struct, frozen=True, kw_only=True):
    """A trial of a version; `outdated` when a question was changed after it."""

    on_day: date
    people: int
    clients: int
    findings: str | None
    outdated: bool


class LensVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a lens, with its questions and pilots in order; `version` is that of the lens's stream."""

    organisation: str
    lens: str
    number: int
    version: int
    nl: str
    en: str
    form: LensForm
    state: LensState
    published_at: datetime | None
    questions: tuple[Question, ...]
    pilots: tuple[Pilot, ...]


def fold(fact: Fact, changes: Changes) -> None:
    """Keep a row for each version, each of its questions and pilots, and the version of the lens's stream."""
    recorded, lens = fact.recorded, Stream.parse(fact.recorded.stream).local
    at, worded = recorded.version, {"state": LensState.DRAFT.value, "worded_at": recorded.version}
    changes.put(LENSES, lens=lens, version=recorded.version)
    match recorded.event:
        case LensDrafted(number=number, nl=nl, en=en, form=form, questions=questions):
            about = {"nl": nl, "en": en, "form": form.value, "published_at": None}
            changes.put(VERSIONS, lens=lens, number=number, **about, **worded)
            for place, question in enumerate(questions):
                _put(changes, question, lens=lens, number=number, added_at=at, place=place)
        case QuestionAdded(number=number) as added:
            _put(changes, added, lens=lens, number=number, added_at=at, place=0)
            changes.set(VERSIONS, lens=lens, number=number, **worded)
        case QuestionReworded(number=number, question=name, nl=nl, en=en):
            changes.set(QUESTIONS, question=name, nl=nl, en=en)
            changes.set(VERSIONS, lens=lens, number=number, **worded)
        case QuestionDropped(number=number, question=name):
            changes.drop(QUESTIONS, question=name)
            changes.set(VERSIONS, lens=lens, number=number, **worded)
        case LensPiloted(number=number, on=on, people=people, clients=clients, findings=findings):
            tried = {"on_day": on, "people": people, "clients": clients, "findings": findings}
            changes.put(PILOTS, lens=lens, number=number, recorded_at=at, **tried)
            changes.set(VERSIONS, lens=lens, number=number, state=LensState.PILOT.value)
        case LensPublished(number=number):
            published = {"state": LensState.PUBLISHED.value, "published_at": recorded.at}
            changes.set(VERSIONS, lens=lens, number=number, **published)
        case LensWithdrawn(numbers=numbers):
            for number in numbers:
                changes.set(VERSIONS, lens=lens, number=number, state=LensState.WITHDRAWN.value)
        case _:  # an event of a newer program
            pass


def _put(changes: Changes, question: Question | QuestionAdded, **where: Any) -> None:
    changes.put(
        QUESTIONS,
        question=question.question,
        kind=question.kind.value,
        nl=question.nl,
        en=question.en,
        perspectives=as_json(question.perspectives),
        **where,
    )


VIEW: Final = View(
    name="lenses",
    version=_VERSION,
    categories=frozenset({"lens"}),
    tables=(LENSES, VERSIONS, QUESTIONS, PILOTS),
    fold=fold,
)

_SELECT: Final = f"""
    SELECT v.subject AS organisation, v.lens, v.number, l.version, v.nl, v.en, v.form, v.state,
        v.published_at,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('question', q.question, 'kind', q.kind, 'nl', q.nl,
            'en', q.en, 'perspectives', q.perspectives) ORDER BY q.added_at, q.place), '[]')
         FROM {QUESTIONS.served} q WHERE q.lens = v.lens AND q.number = v.number) AS questions,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('on_day', p.on_day, 'people', p.people, 'clients',
            p.clients, 'findings', p.findings, 'outdated', p.recorded_at < v.worded_at)
            ORDER BY p.recorded_at), '[]')
         FROM {PILOTS.served} p WHERE p.lens = v.lens AND p.number = v.number) AS pilots
    FROM {VERSIONS.served} v JOIN {LENSES.served} l ON l.lens = v.lens
"""
_OFFERED: Final = f"""{_SELECT}
    WHERE v.state = '{LensState.PUBLISHED.value}' AND NOT EXISTS (
        SELECT FROM {VERSIONS.served} later WHERE later.lens = v.lens AND later.number > v.number
            AND later.state = v.state)
"""
_OTHERS: Final = f"{_SELECT} WHERE v.state <> '{LensState.PUBLISHED.value}'"
_BY_LENSES: Final = f"{_SELECT} WHERE v.lens = ANY(%s)"


async def offered(connection: psycopg.AsyncConnection) -> list[LensVersion]:
    """Return the newest published version of each lens, by its Dutch name."""
    return await _versions(connection, _OFFERED)


async def not_published(connection: psycopg.AsyncConnection) -> list[LensVersion]:
    """Return drafts, pilots and what was withdrawn, by the Dutch name, the newest version first."""
    return await _versions(connection, _OTHERS)


async def of_lenses(
    connection: psycopg.AsyncConnection, lenses: Sequence[str]
) -> dict[tuple[str, int], LensVersion]:
    """Return all versions of these lenses, by lens and number."""
    found = await _versions(connection, _BY_LENSES, list(lenses))
    return {(version.lens, version.number): version for version in found}


async def _versions(
    connection: psycopg.AsyncConnection, statement: str, *values: list[str]
) -> list[LensVersion]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement.encode(), values)
        found = [msgspec.convert(row, LensVersion) for row in await cursor.fetchall()]
    return sorted(found, key=lambda each: (plain_name(each.nl), each.lens, -each.number))
