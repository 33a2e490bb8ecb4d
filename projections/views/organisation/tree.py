"""The organisation's current name, units and teams."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
import psycopg
from psycopg.rows import class_row

from events.catalog.policy import OrganisationFounded
from events.catalog.registry import Event
from events.catalog.team import TeamClosed, TeamFormed, TeamKeyNoted, TeamMoved, TeamRenamed, TeamReopened
from events.catalog.units import UnitClosed, UnitFormed, UnitKeyNoted, UnitMoved, UnitRenamed, UnitReopened
from events.streams import Stream
from kit.postgres.statements import Select, Source
from projections.changes import Changes
from projections.table import Column, Table
from projections.view import Fact

VERSION: Final = 5

ORGANISATIONS: Final = Table(
    name=f"organisation_v{VERSION}_organisations",
    columns=(
        Column(name="version", type="bigint"),
        Column(name="name", type="text", nullable=True),
        Column(name="founded_at", type="timestamptz", nullable=True),
    ),
    key=("subject",),
)
UNITS: Final = Table(
    name=f"organisation_v{VERSION}_units",
    columns=(
        Column(name="unit", type="text"),
        Column(name="name", type="text"),
        Column(name="parent", type="text", nullable=True),
        Column(name="closed", type="boolean"),
        Column(name="hr_key", type="text", nullable=True),
    ),
    key=("unit",),
)
# A team is a subject of its own, so its unit may be in another partition: joined when read.
TEAMS: Final = Table(
    name=f"organisation_v{VERSION}_teams",
    columns=(
        Column(name="version", type="bigint"),
        Column(name="name", type="text"),
        Column(name="unit", type="text"),
        Column(name="closed", type="boolean"),
        Column(name="hr_key", type="text", nullable=True),
    ),
    key=("subject",),
)


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """The one organisation of this installation; `version` is that of its policy stream."""

    organisation: str
    name: str
    version: int
    founded_at: datetime


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the organisation; one at the top has no `parent`. `hr_key` is HR's key, if recorded."""

    unit: str
    name: str
    parent: str | None
    hr_key: str | None = None


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """A leaf of the tree; `version` is that of the team's stream, `hr_key` is HR's key, if recorded."""

    team: str
    name: str
    unit: str
    version: int
    hr_key: str | None = None


def fold_tree(fact: Fact, changes: Changes) -> None:
    """Keep one row for the organisation, one per unit, one per team."""
    recorded = fact.recorded
    if isinstance(recorded.event, OrganisationFounded):
        founded = {"name": recorded.event.name, "founded_at": recorded.at}
        changes.put(ORGANISATIONS, version=recorded.version, **founded)
    _fold_unit(recorded.event, changes)
    _fold_team(recorded.event, changes)
    category = Stream.parse(recorded.stream).category
    if category == "policy":
        changes.set(ORGANISATIONS, version=recorded.version)
    if category == "team":
        changes.set(TEAMS, version=recorded.version)


def _fold_unit(event: Event, changes: Changes) -> None:
    match event:
        case UnitFormed(unit=unit, name=name, parent=parent, key=key):
            changes.put(UNITS, unit=unit, name=name, parent=parent, closed=False, hr_key=key)
        case UnitKeyNoted(unit=unit, key=key):
            changes.set(UNITS, unit=unit, hr_key=key)
        case UnitRenamed(unit=unit, name=name):
            changes.set(UNITS, unit=unit, name=name)
        case UnitMoved(unit=unit, parent=parent):
            changes.set(UNITS, unit=unit, parent=parent)
        case UnitClosed(unit=unit):
            changes.set(UNITS, unit=unit, closed=True)
        case UnitReopened(unit=unit):
            changes.set(UNITS, unit=unit, closed=False)
        case _:
            pass


def _fold_team(event: Event, changes: Changes) -> None:
    match event:
        case TeamFormed(name=name, unit=unit, key=key):
            changes.put(TEAMS, version=0, name=name, unit=unit, closed=False, hr_key=key)
        case TeamKeyNoted(key=key):
            changes.set(TEAMS, hr_key=key)
        case TeamRenamed(name=name):
            changes.set(TEAMS, name=name)
        case TeamMoved(unit=unit):
            changes.set(TEAMS, unit=unit)
        case TeamClosed():
            changes.set(TEAMS, closed=True)
        case TeamReopened():
            changes.set(TEAMS, closed=False)
        case _:
            pass


_UNIT: Final = f"SELECT unit, name, parent, hr_key FROM {UNITS.served} WHERE closed = %s"
_TEAM_COLUMNS: Final = "subject AS team, name, unit, version, hr_key"
_TEAM: Final = f"SELECT {_TEAM_COLUMNS} FROM {TEAMS.served} WHERE closed = %s"

_PLACES: Final = f"""
    SELECT unit, name, parent, hr_key FROM {UNITS.served} WHERE unit = ANY(%(ids)s)
    UNION ALL SELECT subject, name, unit, hr_key FROM {TEAMS.served} WHERE subject = ANY(%(ids)s)
"""


async def organisation(connection: psycopg.AsyncConnection) -> Organisation | None:
    """Return the organisation, or None before it was founded."""
    async with connection.cursor(row_factory=class_row(Organisation)) as cursor:
        await cursor.execute(
            f"SELECT subject AS organisation, name, version, founded_at FROM {ORGANISATIONS.served} LIMIT 1"
        )
        return await cursor.fetchone()


async def units(connection: psycopg.AsyncConnection, *, closed: bool = False) -> list[Unit]:
    """Return all units that are not closed, or those that are, by name."""
    async with connection.cursor(row_factory=class_row(Unit)) as cursor:
        await cursor.execute(f"{_UNIT} ORDER BY name, unit", (closed,))
        return await cursor.fetchall()


async def teams(connection: psycopg.AsyncConnection, *, closed: bool = False) -> list[Team]:
    """Return all teams that are not closed, or those that are, by name."""
    async with connection.cursor(row_factory=class_row(Team)) as cursor:
        await cursor.execute(f"{_TEAM} ORDER BY name, subject", (closed,))
        return await cursor.fetchall()


_TEAMS_BY_IDS: Final = Select(
    "SELECT coalesce(json_agg(t), '[]') FROM"
    f" (SELECT {_TEAM_COLUMNS} FROM {TEAMS.served} WHERE NOT closed AND subject = ANY(%(teams)s::text[])) t",
    list[Team],
)


async def teams_by_ids(source: Source, ids: Sequence[str]) -> dict[str, Team]:
    """Return those of these teams that are known and not closed, by id."""
    return {team.team: team for team in await _TEAMS_BY_IDS.read(teams=ids).of(source)}


async def places_by_ids(connection: psycopg.AsyncConnection, ids: Sequence[str]) -> dict[str, Unit]:
    """Return those of these units and teams that are known, closed ones too, by id: a team as a leaf."""
    async with connection.cursor(row_factory=class_row(Unit)) as cursor:
        await cursor.execute(_PLACES.encode(), {"ids": list(ids)})
        return {place.unit: place for place in await cursor.fetchall()}
