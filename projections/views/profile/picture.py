"""A portfolio as its owner sees it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from events.catalog.kinds import Audience, EnergySourceKind, EvidenceKind, HoursBand, InsightScope, ItemKind
from rules.quadrants import TalentQuadrant, quadrant_of

PortfolioState = Literal["OPEN", "PAUSED", "CLOSED"]
GoalState = Literal["OPEN", "REACHED", "LET_GO"]


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """Who am I as a professional, in own words."""

    statement: str
    text: str
    written_at: datetime


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner said of a talent from a moment on."""

    talent: str
    at: datetime
    strength: int
    energy: int
    use: int
    story: str | None = None


class Talent(msgspec.Struct, frozen=True, kw_only=True):
    """
    A claim as it stands, with every reading of it, oldest first; the claim itself is the first.

    Own words are both names. Claimed by a shared `term`, they are its Dutch and English words of that time.
    """

    talent: str
    name: str
    name_en: str
    term: str | None
    strength: int
    energy: int
    use: int
    story: str | None
    claimed_at: datetime
    set_aside_at: datetime | None
    history: tuple[Reading, ...] = ()

    @property
    def quadrant(self) -> TalentQuadrant:
        return quadrant_of(strength=self.strength, energy=self.energy, use=self.use)


def by_name(talent: Talent) -> tuple[str, str]:
    """Order talents by their Dutch name."""
    return talent.name.casefold(), talent.talent


class EnergySource(msgspec.Struct, frozen=True, kw_only=True):
    source: str
    kind: EnergySourceKind
    activity: str
    hours_per_week: HoursBand
    talents: tuple[str, ...]
    noted_at: datetime
    removed_at: datetime | None = None


class Passion(msgspec.Struct, frozen=True, kw_only=True):
    passion: str
    text: str
    named_at: datetime
    let_go_at: datetime | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """`text` of a story, `link` of a link or badge."""

    evidence: str
    kind: EvidenceKind
    title: str
    link: str | None
    text: str | None
    talents: tuple[str, ...]
    added_at: datetime
    withdrawn_at: datetime | None = None


class Reflection(msgspec.Struct, frozen=True, kw_only=True):
    reflection: str
    text: str
    about: tuple[str, ...]
    written_at: datetime


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """`offered_as` is the wording that the team `offered_team` sees."""

    goal: str
    text: str
    horizon: date | None
    insights: tuple[str, ...]
    set_at: datetime
    state: GoalState = "OPEN"
    progress: int | None = None
    offered_team: str | None = None
    offered_as: str | None = None


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """All that the other party of a conversation sees of it."""

    agreement: str
    owner: str
    held_on: date
    text: str
    confirmed_at: datetime | None


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    conversation: str
    other: str
    planned_for: date
    held_on: date | None
    agreements: tuple[Agreement, ...] = ()


class Sharing(msgspec.Struct, frozen=True, kw_only=True):
    """One opening of one item; open until it ended, which is soon after its last day, `until`."""

    sharing: str
    item: str
    kind: ItemKind
    audience: Audience
    people: tuple[str, ...]
    team: str | None
    with_energy: bool
    until: date
    shared_at: datetime
    ended_at: datetime | None = None


class InsightConsent(msgspec.Struct, frozen=True, kw_only=True):
    scopes: tuple[InsightScope, ...]
    since: datetime
    notice_version: int


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
