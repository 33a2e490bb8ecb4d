"""A whole portfolio: folds events into rows, and makes the portfolio of any moment from rows."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final, get_args

import msgspec

from events.catalog.portfolio.conversations import ConversationEvent
from events.catalog.portfolio.energy import EnergyEvent
from events.catalog.portfolio.evidence import EvidenceEvent
from events.catalog.portfolio.goals import GoalEvent
from events.catalog.portfolio.insights import InsightEvent
from events.catalog.portfolio.life import LifeEvent
from events.catalog.portfolio.sharing import SharingEvent
from events.catalog.portfolio.talents import TalentEvent
from events.catalog.registry import Event
from events.codec import Forgotten
from events.streams import Stream
from projections.changes import Changes
from projections.view import Fact, View
from projections.views.profile.conversations import (
    AGREEMENTS,
    CONVERSATIONS,
    AgreementRow,
    Conversation,
    ConversationRow,
    conversations_at,
    fold_conversation,
)
from projections.views.profile.energy import (
    ENERGY_SOURCES,
    PASSIONS,
    EnergySource,
    Passion,
    fold_energy,
    sources_at,
)
from projections.views.profile.evidence import EVIDENCE, REFLECTIONS, Evidence, Reflection, fold_evidence
from projections.views.profile.goals import (
    GOAL_CHANGES,
    GOALS,
    Goal,
    GoalChangeRow,
    GoalRow,
    fold_goal,
    goals_at,
)
from projections.views.profile.insights import INSIGHTS, Insight, fold_insight
from projections.views.profile.layout import VERSION, is_past, newest_first, open_rows
from projections.views.profile.life import (
    STATEMENTS,
    STATUS_CHANGES,
    VERSIONS,
    PortfolioState,
    Statement,
    StatusRow,
    VersionRow,
    fold_life,
)
from projections.views.profile.sharing import (
    CONSENTS,
    SHARINGS,
    ConsentRow,
    InsightConsent,
    Sharing,
    consent_at,
    fold_sharing,
)
from projections.views.profile.talents import (
    READINGS,
    TALENTS,
    Reading,
    Talent,
    TalentRow,
    fold_talent,
    talents_at,
)
from projections.views.profile.teams import MEMBERSHIPS, fold_teams

ALL: Final = (
    *(
        VERSIONS,
        STATUS_CHANGES,
        STATEMENTS,
        TALENTS,
        READINGS,
        ENERGY_SOURCES,
        PASSIONS,
        EVIDENCE,
        REFLECTIONS,
        INSIGHTS,
    ),
    *(GOALS, GOAL_CHANGES, CONVERSATIONS, AGREEMENTS, SHARINGS, CONSENTS, MEMBERSHIPS),
)


class Portfolio(msgspec.Struct, frozen=True, kw_only=True):
    """
    A whole portfolio; `version` is that of its stream.

    Talents are ordered by name and include those set aside. Goals have open ones first, conversations planned
    ones first. Sharings are only the open ones, by their last day. Everything else is newest first.
    `energy_history` has every energy source ever noted, oldest first. A reader that asked for a moment of the
    past sets `as_of`.
    """

    person: str
    version: int
    state: PortfolioState
    language: str
    opened_at: datetime
    statement: Statement | None = None
    talents: tuple[Talent, ...] = ()
    energy_sources: tuple[EnergySource, ...] = ()
    passions: tuple[Passion, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    reflections: tuple[Reflection, ...] = ()
    insights: tuple[Insight, ...] = ()
    goals: tuple[Goal, ...] = ()
    conversations: tuple[Conversation, ...] = ()
    sharings: tuple[Sharing, ...] = ()
    insight_consent: InsightConsent | None = None
    energy_history: tuple[EnergySource, ...] = ()
    as_of: datetime | None = None


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """
    The rows of one person that began by a moment, or by now, oldest first.

    Of versions, statements and consents only the last one counts, so there is one at most; sharings are those
    that were open. What happened later to a row may still be in it: `portfolio_at` leaves that out. A part
    that was not asked for is empty.
    """

    versions: tuple[VersionRow, ...]
    status_changes: tuple[StatusRow, ...]
    statements: tuple[Statement, ...] = ()
    talents: tuple[TalentRow, ...] = ()
    readings: tuple[Reading, ...] = ()
    energy_sources: tuple[EnergySource, ...] = ()
    passions: tuple[Passion, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    reflections: tuple[Reflection, ...] = ()
    insights: tuple[Insight, ...] = ()
    goals: tuple[GoalRow, ...] = ()
    goal_changes: tuple[GoalChangeRow, ...] = ()
    conversations: tuple[ConversationRow, ...] = ()
    agreements: tuple[AgreementRow, ...] = ()
    sharings: tuple[Sharing, ...] = ()
    consents: tuple[ConsentRow, ...] = ()


_FOLDS: Final[dict[type[Event], Callable[[Any, datetime, int, Changes], None]]] = {
    kind: fold_kind
    for kinds, fold_kind in (
        (LifeEvent, fold_life),
        (TalentEvent, fold_talent),
        (EnergyEvent, fold_energy),
        (EvidenceEvent, fold_evidence),
        (InsightEvent, fold_insight),
        (GoalEvent, fold_goal),
        (ConversationEvent, fold_conversation),
        (SharingEvent, fold_sharing),
    )
    for kind in get_args(kinds) or (kinds,)  # one kind alone is no union
}


def fold(fact: Fact, changes: Changes) -> None:
    """Write the rows of one fact: of a portfolio, or of an employment, which has the teams."""
    recorded = fact.recorded
    event, at, ordinal = recorded.event, recorded.at, fact.ordinal
    if isinstance(event, Forgotten):
        changes.empty()
        return
    if Stream.parse(recorded.stream).category != "portfolio":
        fold_teams(event, changes)
        return
    changes.put(VERSIONS, version=recorded.version, at=at)
    if (fold_kind := _FOLDS.get(type(event))) is not None:
        fold_kind(event, at, ordinal, changes)


VIEW: Final = View(
    name="profile",
    version=VERSION,
    categories=frozenset({"portfolio", "employment"}),
    tables=ALL,
    fold=fold,
)


def portfolio_at(person: str, rows: Rows, moment: datetime | None = None) -> Portfolio | None:
    """Return the portfolio at a moment, facts of exactly that moment included; without one, the current."""
    past = partial(is_past, moment)
    statuses = [row for row in rows.status_changes if past(row.at)]
    openings = [row for row in statuses if row.language is not None]
    if not openings:
        return None
    sources = sources_at(rows.energy_sources, past)
    sharings = open_rows(rows.sharings, "shared_at", "ended_at", past)
    return Portfolio(
        person=person,
        version=next(row.version for row in rows.versions if past(row.at)),
        state=statuses[-1].state,
        language=openings[-1].language or "",
        opened_at=openings[-1].at,
        statement=next((row for row in rows.statements if past(row.written_at)), None),
        talents=talents_at(rows.talents, rows.readings, past),
        energy_sources=newest_first(source for source in sources if source.removed_at is None),
        passions=newest_first(open_rows(rows.passions, "named_at", "let_go_at", past)),
        evidence=newest_first(open_rows(rows.evidence, "added_at", "withdrawn_at", past)),
        reflections=newest_first(row for row in rows.reflections if past(row.written_at)),
        insights=newest_first(row for row in rows.insights if past(row.kept_at)),
        goals=goals_at(rows.goals, rows.goal_changes, past),
        conversations=conversations_at(person, rows.conversations, rows.agreements, past),
        sharings=tuple(sorted(sharings, key=lambda sharing: sharing.until)),
        insight_consent=consent_at(rows.consents, past),
        energy_history=sources,
    )
