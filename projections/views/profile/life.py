"""The portfolio as a whole: its versions, whether it is open, and what its owner says in the statement."""

from datetime import datetime
from typing import Final, Literal

import msgspec

from events.catalog.portfolio.life import (
    PortfolioClosed,
    PortfolioOpened,
    PortfolioPaused,
    PortfolioResumed,
    ProfileStatementWritten,
)
from events.catalog.registry import Event
from projections.changes import Changes
from projections.table import Column
from projections.views.profile.layout import (
    AT,
    ORDINAL,
    moment_columns,
    profile_table,
    text_columns,
)

PortfolioState = Literal["OPEN", "PAUSED", "CLOSED"]

# One row a fact: which version the portfolio had at a moment.
VERSIONS: Final = profile_table("versions", Column(name="version", type="bigint"), AT, key=("version",))
# The language comes with the opening only.
STANDINGS: Final = profile_table(
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


class StandingRow(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    state: PortfolioState
    language: str | None


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """Who am I as a professional, in own words."""

    statement: str
    text: str
    written_at: datetime


def fold_life(event: Event, at: datetime, ordinal: int, changes: Changes) -> None:
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
        case _:
            return
    changes.put(STANDINGS, ordinal=ordinal, at=at, state=state, language=language)
