"""What everyone may know of the organisation: its name, its units and its teams."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
import psycopg
from psycopg.rows import class_row

from events.catalog.policy import OrganisationFounded
from events.catalog.team import TeamFormed
from events.catalog.units import UnitFormed
from projections.changes import Changes
from projections.view import Column, Fact, Table, View

_VERSION: Final = 1

ORGANISATIONS: Final = Table(
    name=f"organisation_v{_VERSION}_organisations",
    columns=(
        Column(name="version", type="bigint"),
        Column(name="name", type="text", nullable=True),
        Column(name="founded_at", type="timestamptz", nullable=True),
    ),
    key=("subject",),
)
UNITS: Final = Table(
    name=f"organisation_v{_VERSION}_units",
    columns=(
        Column(name="unit", type="text"),
        Column(name="name", type="text"),
        Column(name="parent", type="text", nullable=True),
        Column(name="formed_at", type="timestamptz"),
    ),
    key=("unit",),
    indexes=(("parent",),),
)
# A team is a subject of its own, so its unit may stand in another partition: joined when read.
TEAMS: Final = Table(
    name=f"organisation_v{_VERSION}_teams",
    columns=(
        Column(name="version", type="bigint"),
        Column(name="name", type="text"),
        Column(name="unit", type="text"),
        Column(name="formed_at", type="timestamptz"),
    ),
    key=("subject",),
    indexes=(("unit",),),
)


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    """The one organisation of this installation; `version` is that of its policy stream."""

    organisation: str
    name: str
    version: int
    founded_at: datetime


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the organisation; without `parent` at the top."""

    unit: str
    name: str
    parent: str | None


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """A leaf of the tree; `version` is that of the team's stream."""

    team: str
    name: str
    unit: str
    version: int


def fold(fact: Fact, changes: Changes) -> None:
    """Keep one row for the organisation, one a unit, one a team."""
    recorded = fact.recorded
    match recorded.event:
        case OrganisationFounded(name=name):
            changes.put(ORGANISATIONS, version=recorded.version, name=name, founded_at=recorded.at)
        case UnitFormed(unit=unit, name=name, parent=parent):
            changes.put(UNITS, unit=unit, name=name, parent=parent, formed_at=recorded.at)
        case TeamFormed(name=name, unit=unit):
            changes.put(TEAMS, version=recorded.version, name=name, unit=unit, formed_at=recorded.at)
        case _ if recorded.stream.startswith("policy-"):
            changes.set(ORGANISATIONS, version=recorded.version)
        case _ if recorded.stream.startswith("team-"):
            changes.set(TEAMS, version=recorded.version)
        case _:  # facts of these streams that other views show
            pass


VIEW: Final = View(
    name="organisation",
    version=_VERSION,
    categories=frozenset({"policy", "units", "team"}),
    tables=(ORGANISATIONS, UNITS, TEAMS),
    fold=fold,
)


async def organisation(connection: psycopg.AsyncConnection) -> Organisation | None:
    """Return the organisation, or None before it was founded."""
    async with connection.cursor(row_factory=class_row(Organisation)) as cursor:
        await cursor.execute(
            f"SELECT subject AS organisation, name, version, founded_at FROM {ORGANISATIONS.served} LIMIT 1"
        )
        return await cursor.fetchone()


async def units(connection: psycopg.AsyncConnection) -> list[Unit]:
    """Return the whole tree of units, by name."""
    async with connection.cursor(row_factory=class_row(Unit)) as cursor:
        await cursor.execute(f"SELECT unit, name, parent FROM {UNITS.served} ORDER BY name, unit")
        return await cursor.fetchall()


async def teams(connection: psycopg.AsyncConnection) -> list[Team]:
    """Return all teams, by name."""
    async with connection.cursor(row_factory=class_row(Team)) as cursor:
        await cursor.execute(
            f"SELECT subject AS team, name, unit, version FROM {TEAMS.served} ORDER BY name, subject"
        )
        return await cursor.fetchall()


async def teams_by_ids(connection: psycopg.AsyncConnection, ids: Sequence[str]) -> dict[str, Team]:
    """Return those of these teams that are known, by id."""
    async with connection.cursor(row_factory=class_row(Team)) as cursor:
        await cursor.execute(
            f"SELECT subject AS team, name, unit, version FROM {TEAMS.served} WHERE subject = ANY(%s)",
            (list(ids),),
        )
        return {team.team: team for team in await cursor.fetchall()}
