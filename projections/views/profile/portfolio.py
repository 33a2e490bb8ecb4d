"""A portfolio at any moment, made from its rows alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import asdict, replace

from events.catalog.kinds import InsightScope
from projections.views.profile.picture import (
    Agreement,
    Conversation,
    EnergySource,
    Evidence,
    Goal,
    GoalState,
    InsightConsent,
    Passion,
    Portfolio,
    PortfolioState,
    Reading,
    Reflection,
    Sharing,
    Statement,
    Talent,
    by_name,
)

Past = Callable[[datetime | None], bool]
T = TypeVar("T")
R = TypeVar("R", bound=msgspec.Struct)


class GoalChanged(msgspec.Struct, frozen=True, kw_only=True):
    """What a fact says anew of a goal."""

    text: str | UnsetType = UNSET
    horizon: date | UnsetType | None = UNSET
    state: GoalState | UnsetType = UNSET
    progress: int | UnsetType = UNSET
    offered_team: str | UnsetType | None = UNSET
    offered_as: str | UnsetType | None = UNSET


class VersionRow(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    at: datetime


class StandingRow(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    state: PortfolioState
    language: str | None


class TalentRow(msgspec.Struct, frozen=True, kw_only=True):
    talent: str
    name: str
    name_en: str | None
    term: str | None
    claimed_at: datetime
    set_aside_at: datetime | None


class GoalRow(msgspec.Struct, frozen=True, kw_only=True):
    goal: str
    text: str
    horizon: date | None
    insights: tuple[str, ...]
    set_at: datetime


class GoalChangeRow(msgspec.Struct, frozen=True, kw_only=True):
    goal: str
    at: datetime
    changed: GoalChanged


class ConversationRow(msgspec.Struct, frozen=True, kw_only=True):
    conversation: str
    other: str
    planned_for: date
    planned_at: datetime
    held_on: date | None
    held_at: datetime | None


class AgreementRow(msgspec.Struct, frozen=True, kw_only=True):
    agreement: str
    conversation: str
    held_on: date
    text: str
    made_at: datetime
    confirmed_at: datetime | None


class ConsentRow(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    scopes: tuple[InsightScope, ...] | None
    notice_version: int | None


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


def portfolio_at(person: str, rows: Rows, moment: datetime | None = None) -> Portfolio | None:
    """Return a portfolio as it was at a moment, facts of that very moment included; without one, as it is."""
    past = partial(_is_past, moment)
    standings = [row for row in rows.standings if past(row.at)]
    openings = [row for row in standings if row.language is not None]
    if not openings:
        return None
    sources = _sources(rows, past)
    sharings = _still_there(rows.sharings, "shared_at", "ended_at", past)
    return Portfolio(
        person=person,
        version=next(row.version for row in rows.versions if past(row.at)),
        state=standings[-1].state,
        language=openings[-1].language or "",
        opened_at=openings[-1].at,
        statement=next((row for row in rows.statements if past(row.written_at)), None),
        talents=_talents(rows, past),
        energy_sources=_newest_first(source for source in sources if source.removed_at is None),
        passions=_newest_first(_still_there(rows.passions, "named_at", "let_go_at", past)),
        evidence=_newest_first(_still_there(rows.evidence, "added_at", "withdrawn_at", past)),
        reflections=_newest_first(row for row in rows.reflections if past(row.written_at)),
        goals=_goals(rows, past),
        conversations=_conversations(person, rows, past),
        sharings=tuple(sorted(sharings, key=lambda sharing: sharing.until)),
        insight_consent=_consent(rows, past),
        energy_history=sources,
    )


def _is_past(moment: datetime | None, at: datetime | None) -> bool:
    return at is not None and (moment is None or at <= moment)


def _if_past(past: Past, at: datetime | None) -> datetime | None:
    return at if past(at) else None


def _newest_first(oldest_first: Iterable[T]) -> tuple[T, ...]:
    return tuple(reversed(list(oldest_first)))


def _still_there(rows: Iterable[R], began: str, ended: str, past: Past) -> list[R]:
    """Return what had begun and not ended; of an end that was still to come nothing was known."""
    return [
        row if getattr(row, ended) is None else replace(row, **{ended: None})
        for row in rows
        if past(getattr(row, began)) and not past(getattr(row, ended))
    ]


def _sources(rows: Rows, past: Past) -> tuple[EnergySource, ...]:
    return tuple(
        row if row.removed_at is None else replace(row, removed_at=_if_past(past, row.removed_at))
        for row in rows.energy_sources
        if past(row.noted_at)
    )


def _talents(rows: Rows, past: Past) -> tuple[Talent, ...]:
    history: dict[str, list[Reading]] = defaultdict(list)
    for reading in rows.readings:
        if past(reading.at):
            history[reading.talent].append(reading)
    talents = [
        _talent(row, history[row.talent], _if_past(past, row.set_aside_at))
        for row in rows.talents
        if past(row.claimed_at)
    ]
    return tuple(sorted(talents, key=by_name))


def _talent(row: TalentRow, history: Sequence[Reading], set_aside_at: datetime | None) -> Talent:
    now = history[-1]
    return Talent(
        talent=row.talent,
        name=row.name,
        name_en=row.name_en or row.name,
        term=row.term,
        strength=now.strength,
        energy=now.energy,
        use=now.use,
        story=now.story,
        claimed_at=row.claimed_at,
        set_aside_at=set_aside_at,
        history=tuple(history),
    )


def _goals(rows: Rows, past: Past) -> tuple[Goal, ...]:
    changes: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in rows.goal_changes:
        if past(row.at):
            said = asdict(row.changed).items()
            changes[row.goal].update((name, value) for name, value in said if value is not UNSET)
    goals = _newest_first(Goal(**(asdict(row) | changes[row.goal])) for row in rows.goals if past(row.set_at))
    return tuple(sorted(goals, key=lambda goal: goal.state != "OPEN"))


def _conversations(person: str, rows: Rows, past: Past) -> tuple[Conversation, ...]:
    made: dict[str, list[Agreement]] = defaultdict(list)
    for row in rows.agreements:
        if past(row.made_at):
            agreement = Agreement(
                agreement=row.agreement,
                owner=person,
                held_on=row.held_on,
                text=row.text,
                confirmed_at=_if_past(past, row.confirmed_at),
            )
            made[row.conversation].append(agreement)
    conversations = _newest_first(
        Conversation(
            conversation=row.conversation,
            other=row.other,
            planned_for=row.planned_for,
            held_on=row.held_on if past(row.held_at) else None,
            agreements=tuple(made[row.conversation]),
        )
        for row in rows.conversations
        if past(row.planned_at)
    )
    by_day = sorted(conversations, key=lambda talk: talk.held_on or talk.planned_for, reverse=True)
    return tuple(sorted(by_day, key=lambda talk: talk.held_on is not None))


def _consent(rows: Rows, past: Past) -> InsightConsent | None:
    last = next((row for row in rows.consents if past(row.at)), None)
    if last is None or last.scopes is None or last.notice_version is None:
        return None
    return InsightConsent(scopes=last.scopes, since=last.at, notice_version=last.notice_version)
