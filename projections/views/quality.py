"""How the questions of lenses are answered: of each, the latest figure."""

from collections.abc import Sequence
from typing import Final

import msgspec
import psycopg

from events.catalog.quality import QuestionMeasured
from kit.postgres.rows import rows
from projections.changes import Changes
from projections.table import Column, Table
from projections.view import Fact, View
from rules.feedback.mirror import Portion

_VERSION: Final = 1

FIGURES: Final = Table(
    name=f"quality_v{_VERSION}_figures",
    columns=(
        Column(name="question", type="text"),
        Column(name="answered", type="text"),
        Column(name="not_seen", type="text", nullable=True),
    ),
    key=("question",),
)


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """The part of those asked who answered a question; `not_seen` is None where that can't be said."""

    question: str
    answered: Portion
    not_seen: Portion | None


def fold(fact: Fact, changes: Changes) -> None:
    """Keep the last figure of each question."""
    match fact.recorded.event:
        case QuestionMeasured(question=question, answered=answered, not_seen=not_seen):
            seen = not_seen.value if not_seen else None
            changes.put(FIGURES, question=question, answered=answered.value, not_seen=seen)
        case _:  # an event of a newer program
            pass


VIEW: Final = View(
    name="quality", version=_VERSION, categories=frozenset({"quality"}), tables=(FIGURES,), fold=fold
)

_BY_QUESTION: Final = (
    f"SELECT question, answered, not_seen FROM {FIGURES.served} WHERE question = ANY(%(questions)s)"
)


async def measured(connection: psycopg.AsyncConnection, questions: Sequence[str]) -> dict[str, Measured]:
    """Return the figures of these questions, by question; those that have none are left out."""
    found = await rows(connection, Measured, _BY_QUESTION, questions=list(questions))
    return {one.question: one for one in found}
