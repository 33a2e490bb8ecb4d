"""Talents: the claims, every reading of them, and the talents at any moment made from both."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final, assert_never

import msgspec

from events.catalog.portfolio.talents import TalentClaimed, TalentEvent, TalentRevised, TalentSetAside
from projections.changes import Changes
from projections.table import Column, moment_columns, text_columns
from projections.views.profile.layout import AT, ORDINAL, Past, if_past, profile_table
from rules.quadrants import TalentQuadrant, quadrant_of

TALENTS: Final = profile_table(
    "talents",
    ORDINAL,
    *text_columns("talent", "name"),
    *text_columns("name_en", "term", nullable=True),
    *moment_columns("claimed_at"),
    *moment_columns("set_aside_at", nullable=True),
    key=("talent",),
)
READINGS: Final = profile_table(
    "readings",
    ORDINAL,
    *text_columns("talent"),
    AT,
    Column(name="strength", type="smallint"),
    Column(name="energy", type="smallint"),
    Column(name="use", type="smallint"),
    *text_columns("story", nullable=True),
    key=("ordinal",),
)


class TalentRow(msgspec.Struct, frozen=True, kw_only=True):
    talent: str
    name: str
    name_en: str | None
    term: str | None
    claimed_at: datetime
    set_aside_at: datetime | None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How the owner rated a talent from a moment on."""

    talent: str
    at: datetime
    strength: int
    energy: int
    use: int
    story: str | None = None


class Talent(msgspec.Struct, frozen=True, kw_only=True):
    """
    A claimed talent with its current numbers, and every reading of it, oldest first; the first is the claim.

    `name` and `name_en` are the labels that the shared `term` had when it was claimed, or both the owner's
    own words when there is no term.
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


def fold_talent(event: TalentEvent, at: datetime, ordinal: int, changes: Changes) -> None:
    match event:
        case TalentSetAside(talent=talent):
            changes.set(TALENTS, talent=talent, set_aside_at=at)
            return
        case TalentClaimed(talent=talent):
            changes.put(
                TALENTS,
                ordinal=ordinal,
                talent=talent,
                name=event.name,
                name_en=event.name_en,
                term=event.term,
                claimed_at=at,
                set_aside_at=None,
            )
        case TalentRevised(talent=talent):
            pass
        case _:
            assert_never(event)
    changes.put(
        READINGS,
        ordinal=ordinal,
        talent=talent,
        at=at,
        strength=event.strength,
        energy=event.energy,
        use=event.use,
        story=event.story,
    )


def talents_at(rows: Sequence[TalentRow], readings: Sequence[Reading], past: Past) -> tuple[Talent, ...]:
    history: dict[str, list[Reading]] = defaultdict(list)
    for reading in readings:
        if past(reading.at):
            history[reading.talent].append(reading)
    talents = [
        _talent(row, history[row.talent], if_past(past, row.set_aside_at))
        for row in rows
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
