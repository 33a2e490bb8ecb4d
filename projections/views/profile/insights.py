"""Insights: what the owner concluded from mirrors."""

from datetime import datetime
from typing import Final

import msgspec

from events.catalog.portfolio.insights import InsightEvent
from projections.changes import Changes
from projections.table import moment_columns, text_columns
from projections.views.profile.layout import ORDINAL, profile_table

INSIGHTS: Final = profile_table(
    "insights",
    ORDINAL,
    *text_columns("insight", "round"),
    *text_columns("question", nullable=True),
    *text_columns("conclusion"),
    *moment_columns("kept_at"),
    key=("insight",),
)


class Insight(msgspec.Struct, frozen=True, kw_only=True):
    """An own conclusion from the mirror of a round; `question` is None when it is about the whole."""

    insight: str
    round: str
    question: str | None
    conclusion: str
    kept_at: datetime


def fold_insight(event: InsightEvent, at: datetime, ordinal: int, changes: Changes) -> None:
    about = {"round": event.round, "question": event.question}
    kept = {"insight": event.insight, "conclusion": event.conclusion, "kept_at": at}
    changes.put(INSIGHTS, ordinal=ordinal, **about, **kept)
