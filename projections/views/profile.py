"""A professional's own picture: portfolio, talents with their history, teams, and what changed when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import msgspec
import psycopg
from psycopg.rows import class_row

from events.catalog.employment import TeamJoined
from events.catalog.portfolio import PortfolioOpened, TalentClaimed, TalentRevised, TalentSetAside
from events.codec import Forgotten
from projections.changes import Changes
from projections.view import Column, Fact, Table, View
from rules.quadrants import TalentQuadrant, quadrant_of

_VERSION: Final = 1
CHANGES_MAX: Final = 500
"""Changes a subscription reads at once."""

_NUMBERS: Final = (
    Column(name="strength", type="smallint"),
    Column(name="energy", type="smallint"),
    Column(name="use", type="smallint"),
)
PORTFOLIOS: Final = Table(
    name=f"profile_v{_VERSION}_portfolios",
    columns=(
        Column(name="version", type="bigint"),
        Column(name="state", type="text"),
        Column(name="language", type="text"),
        Column(name="opened_at", type="timestamptz"),
    ),
    key=("subject",),
)
TALENTS: Final = Table(
    name=f"profile_v{_VERSION}_talents",
    columns=(
        Column(name="talent", type="text"),
        Column(name="name", type="text"),
        *_NUMBERS,
        Column(name="story", type="text", nullable=True),
        Column(name="claimed_at", type="timestamptz"),
        Column(name="set_aside_at", type="timestamptz", nullable=True),
    ),
    key=("subject", "talent"),
)
READINGS: Final = Table(
    name=f"profile_v{_VERSION}_readings",
    columns=(
        Column(name="ordinal", type="bigint"),
        Column(name="talent", type="text"),
        *_NUMBERS,
        Column(name="at", type="timestamptz"),
    ),
    key=("subject", "ordinal"),
)
MEMBERSHIPS: Final = Table(
    name=f"profile_v{_VERSION}_memberships",
    columns=(
        Column(name="team", type="text"),
        Column(name="joined_on", type="date"),
    ),
    key=("subject", "team"),
    indexes=(("team",),),
)
CHANGES: Final = Table(
    name=f"profile_v{_VERSION}_changes",
    columns=(
        Column(name="ordinal", type="bigint"),
        Column(name="version", type="bigint"),
        Column(name="fact", type="text"),
        Column(name="item", type="text", nullable=True),
        Column(name="at", type="timestamptz"),
    ),
    key=("subject", "ordinal"),
)


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A talent's numbers from a moment on."""

    talent: str
    at: datetime
    strength: int
    energy: int
    use: int


class Talent(msgspec.Struct, frozen=True, kw_only=True):
    """A claim as it stands, with every reading of it, oldest first; the claim itself is the first."""

    talent: str
    name: str
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


class Portfolio(msgspec.Struct, frozen=True, kw_only=True):
    """A whole portfolio; `version` is that of its stream."""

    person: str
    version: int
    state: str
    language: str
    opened_at: datetime
    talents: tuple[Talent, ...] = ()


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """A person in a team; the team's name stands in the view `organisation`."""

    person: str
    team: str
    joined_on: date


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of the portfolio's own stream, and where it stands in the person's partition."""

    partition: int
    ordinal: int
    version: int
    fact: str
    item: str | None
    at: datetime


def fold(fact: Fact, changes: Changes) -> None:
    """Keep the newest of each thing, a reading for each revision, and a line for each change."""
    recorded = fact.recorded
    match recorded.event:
        case Forgotten():
            changes.empty()
            return
        case TeamJoined(team=team, on=on):
            changes.put(MEMBERSHIPS, team=team, joined_on=on)
            return
        case PortfolioOpened(language=language):
            opened = {"state": "OPEN", "language": language, "opened_at": recorded.at}
            changes.put(PORTFOLIOS, version=recorded.version, **opened)
            item = None
        case TalentClaimed() | TalentRevised() as event:
            item = event.talent
            _fold_talent(fact, event, changes)
        case TalentSetAside(talent=item):
            changes.set(TALENTS, talent=item, set_aside_at=recorded.at)
        case _:
            item = None
    if recorded.stream.startswith("portfolio-"):
        changes.set(PORTFOLIOS, version=recorded.version)
        changes.put(
            CHANGES,
            ordinal=fact.ordinal,
            version=recorded.version,
            fact=type(recorded.event).__name__,
            item=item,
            at=recorded.at,
        )


def _fold_talent(fact: Fact, event: TalentClaimed | TalentRevised, changes: Changes) -> None:
    numbers = {"strength": event.strength, "energy": event.energy, "use": event.use}
    at = fact.recorded.at
    if isinstance(event, TalentClaimed):
        changes.put(
            TALENTS,
            talent=event.talent,
            name=event.name,
            **numbers,
            story=event.story,
            claimed_at=at,
            set_aside_at=None,
        )
    else:
        changes.set(TALENTS, talent=event.talent, **numbers, story=event.story)
    changes.put(READINGS, ordinal=fact.ordinal, talent=event.talent, **numbers, at=at)


VIEW: Final = View(
    name="profile",
    version=_VERSION,
    categories=frozenset({"portfolio", "employment"}),
    tables=(PORTFOLIOS, TALENTS, READINGS, MEMBERSHIPS, CHANGES),
    fold=fold,
)


async def portfolio_of(connection: psycopg.AsyncConnection, person: str) -> Portfolio | None:
    """Return a person's portfolio as of one moment, talents by name, or None if there is none."""
    async with connection.transaction(), connection.cursor() as cursor:
        await cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        found = cursor.connection.cursor(row_factory=class_row(Portfolio))
        await found.execute(
            "SELECT subject AS person, version, state, language, opened_at"
            f" FROM {PORTFOLIOS.served} WHERE subject = %s",
            (person,),
        )
        portfolio = await found.fetchone()
        if portfolio is None:
            return None
        return msgspec.structs.replace(portfolio, talents=await _talents_of(connection, person))


async def _talents_of(connection: psycopg.AsyncConnection, person: str) -> tuple[Talent, ...]:
    readings = connection.cursor(row_factory=class_row(Reading))
    await readings.execute(
        f"SELECT talent, at, strength, energy, use FROM {READINGS.served}"
        " WHERE subject = %s ORDER BY ordinal",
        (person,),
    )
    history: dict[str, list[Reading]] = {}
    for reading in await readings.fetchall():
        history.setdefault(reading.talent, []).append(reading)
    talents = connection.cursor(row_factory=class_row(Talent))
    await talents.execute(
        "SELECT talent, name, strength, energy, use, story, claimed_at, set_aside_at"
        f" FROM {TALENTS.served} WHERE subject = %s ORDER BY lower(name), talent",
        (person,),
    )
    return tuple(
        msgspec.structs.replace(talent, history=tuple(history.get(talent.talent, ())))
        for talent in await talents.fetchall()
    )


async def teams_of(connection: psycopg.AsyncConnection, person: str) -> list[Membership]:
    """Return the teams a person is in, first joined first."""
    return await _memberships(connection, "subject", person)


async def members_of(connection: psycopg.AsyncConnection, team: str) -> list[Membership]:
    """Return who is in a team, first joined first."""
    return await _memberships(connection, "team", team)


async def _memberships(connection: psycopg.AsyncConnection, column: str, value: str) -> list[Membership]:
    async with connection.cursor(row_factory=class_row(Membership)) as cursor:
        await cursor.execute(
            f"SELECT subject AS person, team, joined_on FROM {MEMBERSHIPS.served} WHERE {column} = %s"
            " ORDER BY joined_on, team, subject",
            (value,),
        )
        return await cursor.fetchall()


async def changes_after(connection: psycopg.AsyncConnection, person: str, ordinal: int) -> list[Change]:
    """Return what changed in a person's portfolio behind an ordinal of their partition, oldest first."""
    async with connection.cursor(row_factory=class_row(Change)) as cursor:
        await cursor.execute(
            f"SELECT partition, ordinal, version, fact, item, at FROM {CHANGES.served}"
            " WHERE subject = %s AND ordinal > %s ORDER BY ordinal LIMIT %s",
            (person, ordinal, CHANGES_MAX),
        )
        return await cursor.fetchall()
