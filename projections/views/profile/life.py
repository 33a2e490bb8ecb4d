"""The portfolio as a whole: its versions, its status, and the owner's statement."""

from datetime import datetime
from typing import Final, Literal, assert_never

import msgspec

from events.catalog.portfolio.life import (
    CorrectionRecorded,
    LifeEvent,
    PortfolioClosed,
    PortfolioOpened,
    PortfolioPaused,
    PortfolioResumed,
    ProfileStatementWritten,
)
from projections.changes import Changes
from projections.table import Column, moment_columns, text_columns
from projections.views.profile.layout import AT, ORDINAL, profile_table

PortfolioState = Literal["OPEN", "PAUSED", "CLOSED"]

# One row per fact: the version of the portfolio from a moment on.
VERSIONS: Final = profile_table("versions", Column(name="version", type="bigint"), AT, key=("version",))
# The language is known from the opening only.
STATUS_CHANGES: Final = profile_table(
    "standings",
    ORDINAL,
    AT,
    *text_columns("state"),
    *text_columns("language", nullable=True),
    key=("ordinal",),
)
STATEMENTS: Final = profile_table(
    "statements", ORDINAL, *text_columns("statement", "text"), *moment_columns("written_at"), key=("ordinal",)
)


class VersionRow(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    at: datetime


class StatusRow(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    state: PortfolioState
    language: str | None


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """Who the owner is as a professional, in their own words."""

    statement: str
    text: str
    written_at: datetime


def fold_life(event: LifeEvent, at: datetime, ordinal: int, changes: Changes) -> None:
    language: str | None = None
    match event:
        case PortfolioOpened():
            state, language = "OPEN", event.language
        case PortfolioResumed():
            state = "OPEN"
        case PortfolioPaused():
            state = "PAUSED"
        case PortfolioClosed():
            state = "CLOSED"
        case ProfileStatementWritten(statement=statement, text=text):
            changes.put(STATEMENTS, ordinal=ordinal, statement=statement, text=text, written_at=at)
            return
        case CorrectionRecorded():
            return  # it is part of the timeline only
        case _:
            assert_never(event)
    changes.put(STATUS_CHANGES, ordinal=ordinal, at=at, state=state, language=language)
