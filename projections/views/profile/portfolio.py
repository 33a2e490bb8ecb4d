"""A whole portfolio: how its events become rows, and how rows become the portfolio of any moment."""

from datetime import datetime
from functools import partial
from typing import Final

import msgspec

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
from projections.views.profile.layout import (
    VERSION,
    is_past,
    newest_first,
    still_there,
)
from projections.views.profile.life import (
    STANDINGS,
    STATEMENTS,
    VERSIONS,
    PortfolioState,
    StandingRow,
    Statement,
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
    *(VERSIONS, STANDINGS, STATEMENTS, TALENTS, READINGS, ENERGY_SOURCES, PASSIONS, EVIDENCE, REFLECTIONS),
    *(GOALS, GOAL_CHANGES, CONVERSATIONS, AGREEMENTS, SHARINGS, CONSENTS, MEMBERSHIPS),
)
_FOLDS: Final = (
    fold_life,
    fold_talent,
    fold_energy,
    fold_evidence,
    fold_goal,
    fold_conversation,
    fold_sharing,
)


class Portfolio(msgspec.Struct, frozen=True, kw_only=True):
    """A whole portfolio; `version` is that of its stream.

    Talents by name, set-aside ones too; goals with open ones first, conversations with planned ones first;
    sharings, only open ones, by their last day; everything else, and within these, newest first.
    `energy_history` holds every source there ever was, oldest first.
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
    goals: tuple[Goal, ...] = ()
    conversations: tuple[Conversation, ...] = ()
    sharings: tuple[Sharing, ...] = ()
    insight_consent: InsightConsent | None = None
    energy_history: tuple[EnergySource, ...] = ()


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the tables of one person, oldest first.

    Versions, statements and consents, of which the last holds, are newest first. Unless read for a moment,
    only that one is there, and of sharings only open ones.
    """

    versions: tuple[VersionRow, ...]
    standings: tuple[StandingRow, ...]
    statements: tuple[Statement, ...]
    talents: tuple[TalentRow, ...]
    readings: tuple[Reading, ...]
    energy_sources: tuple[EnergySource, ...]
    passions: tuple[Passion, ...]
    evidence: tuple[Evidence, ...]
    reflections: tuple[Reflection, ...]
    goals: tuple[GoalRow, ...]
    goal_changes: tuple[GoalChangeRow, ...]
    conversations: tuple[ConversationRow, ...]
    agreements: tuple[AgreementRow, ...]
    sharings: tuple[Sharing, ...]
    consents: tuple[ConsentRow, ...]


def fold(fact: Fact, changes: Changes) -> None:
    """Write the rows of one fact; what is not about a portfolio is about teams and employment."""
    recorded = fact.recorded
    event, at, ordinal = recorded.event, recorded.at, fact.ordinal
    if isinstance(event, Forgotten):
        changes.empty()
        return
    if Stream.parse(recorded.stream).category != "portfolio":
        fold_teams(event, changes)
        return
    changes.put(VERSIONS, version=recorded.version, at=at)
    for fold_kind in _FOLDS:
        fold_kind(event, at, ordinal, changes)


VIEW: Final = View(
    name="profile",
    version=VERSION,
    categories=frozenset({"portfolio", "employment"}),
    tables=ALL,
    fold=fold,
)


def portfolio_at(person: str, rows: Rows, moment: datetime | None = None) -> Portfolio | None:
    """Return a portfolio as it was at a moment, facts of that very moment included; without one, as it is."""
    past = partial(is_past, moment)
    standings = [row for row in rows.standings if past(row.at)]
    openings = [row for row in standings if row.language is not None]
    if not openings:
        return None
    sources = sources_at(rows.energy_sources, past)
    sharings = still_there(rows.sharings, "shared_at", "ended_at", past)
    return Portfolio(
        person=person,
        version=next(row.version for row in rows.versions if past(row.at)),
        state=standings[-1].state,
        language=openings[-1].language or "",
        opened_at=openings[-1].at,
        statement=next((row for row in rows.statements if past(row.written_at)), None),
        talents=talents_at(rows.talents, rows.readings, past),
        energy_sources=newest_first(source for source in sources if source.removed_at is None),
        passions=newest_first(still_there(rows.passions, "named_at", "let_go_at", past)),
        evidence=newest_first(still_there(rows.evidence, "added_at", "withdrawn_at", past)),
        reflections=newest_first(row for row in rows.reflections if past(row.written_at)),
        goals=goals_at(rows.goals, rows.goal_changes, past),
        conversations=conversations_at(person, rows.conversations, rows.agreements, past),
        sharings=tuple(sorted(sharings, key=lambda sharing: sharing.until)),
        insight_consent=consent_at(rows.consents, past),
        energy_history=sources,
    )
