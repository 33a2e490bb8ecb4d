"""The history of changes to the tree of units and teams."""

from datetime import date
from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import dict_row

from events.catalog.registry import Event
from events.catalog.team import TeamClosed, TeamFormed, TeamMoved, TeamRenamed, TeamReopened
from events.catalog.units import UnitClosed, UnitFormed, UnitMoved, UnitRenamed, UnitReopened
from events.streams import Stream
from projections.changes import Changes
from projections.table import Column, Table
from projections.view import Fact
from projections.views.organisation.tree import TEAMS, UNITS, VERSION, Unit
from rules.units import UnitChangeKind, unit_change_summary

# One row per change with the content of its event; earlier names are looked up when read.
UNIT_CHANGES: Final = Table(
    name=f"organisation_v{VERSION}_unit_changes",
    columns=(
        Column(name="version", type="bigint"),
        Column(name="on_day", type="date"),
        Column(name="unit", type="text"),
        Column(name="kind", type="text"),
        Column(name="name", type="text", nullable=True),
        Column(name="parent", type="text", nullable=True),
    ),
    key=("subject", "version"),
    indexes=(("on_day",), ("unit", "version")),
)


class UnitChange(msgspec.Struct, frozen=True, kw_only=True):
    """One change of the tree in words; `unit` is the current unit or team, also a closed one."""

    on: date
    unit: Unit
    is_team: bool
    kind: UnitChangeKind
    nl: str
    en: str


_KINDS: Final[dict[type[Event], UnitChangeKind]] = {
    UnitFormed: "formed",
    UnitRenamed: "renamed",
    UnitMoved: "moved",
    UnitClosed: "closed",
    UnitReopened: "reopened",
    TeamFormed: "formed",
    TeamRenamed: "renamed",
    TeamMoved: "moved",
    TeamClosed: "closed",
    TeamReopened: "reopened",
}


def fold_change(fact: Fact, changes: Changes) -> None:
    """Keep one row per change of the tree."""
    recorded = fact.recorded
    kind = _KINDS.get(type(recorded.event))
    if kind is None:
        return
    is_team = Stream.parse(recorded.stream).category == "team"
    content = msgspec.structs.asdict(recorded.event)
    changes.put(
        UNIT_CHANGES,
        version=recorded.version,
        on_day=recorded.at.date(),
        unit=fact.subject if is_team else content["unit"],
        kind=kind,
        name=content.get("name"),
        parent=content.get("unit" if is_team else "parent"),
    )


# Within one day only the order within each stream is known. The parent has its current name.
_CHANGES: Final = f"""
    WITH page AS (SELECT * FROM {UNIT_CHANGES.served}
                  ORDER BY on_day DESC, subject, version DESC LIMIT %s)
    SELECT c.on_day, c.unit, c.kind, c.unit = c.subject AS is_team, p.name AS parent_name,
           coalesce(u.name, t.name) AS name_now, coalesce(u.parent, t.unit) AS parent_now,
           (SELECT n.name FROM {UNIT_CHANGES.served} n WHERE n.unit = c.unit AND n.name IS NOT NULL
            AND n.version <= c.version ORDER BY n.version DESC LIMIT 1) AS name,
           (SELECT n.name FROM {UNIT_CHANGES.served} n WHERE n.unit = c.unit AND n.name IS NOT NULL
            AND n.version < c.version ORDER BY n.version DESC LIMIT 1) AS before
    FROM page c
    LEFT JOIN {UNITS.served} u ON u.unit = c.unit
    LEFT JOIN {TEAMS.served} t ON t.subject = c.unit
    LEFT JOIN {UNITS.served} p ON p.unit = c.parent
    WHERE coalesce(u.name, t.name) IS NOT NULL
    ORDER BY c.on_day DESC, c.subject, c.version DESC
"""


async def unit_changes(connection: psycopg.AsyncConnection, *, last: int) -> list[UnitChange]:
    """Return the last changes of the tree, the newest first."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_CHANGES.encode(), (last,))
        return [_change(row) for row in await cursor.fetchall()]


def _change(row: dict[str, Any]) -> UnitChange:
    names = {"is_team": row["is_team"], "name": row["name"], "before": row["before"]}
    words = unit_change_summary(row["kind"], parent=row["parent_name"], **names)
    return UnitChange(
        on=row["on_day"],
        unit=Unit(unit=row["unit"], name=row["name_now"], parent=row["parent_now"]),
        is_team=row["is_team"],
        kind=row["kind"],
        nl=words.nl,
        en=words.en,
    )
