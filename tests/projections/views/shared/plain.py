"""What is shared, read plainly: everything joined, grouped and sorted for each answer, as no page is read."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from projections.view import Fact
from projections.views.shared import VIEW
from projections.views.shared.tables import EMPLOYED, ITEMS, MEMBERSHIPS, PORTFOLIOS, PRESENCES, SHARINGS

_LEFT: Final = f"SELECT FROM {PRESENCES.served} l WHERE NOT l.there AND l.recorded_at >= s.opened_at"
_OPEN: Final = f"""{SHARINGS.served} s JOIN {ITEMS.served} i USING (subject, item)
    JOIN {PORTFOLIOS.served} USING (subject) JOIN {EMPLOYED.served} o USING (subject)
    %s
    WHERE s.ended_at IS NULL AND s.until >= %%(today)s
        AND s.subject NOT IN (SELECT subject FROM views.parked WHERE view = '{VIEW.name}')
        AND NOT EXISTS ({_LEFT} AND l.team IS NULL AND l.subject = s.subject)"""
_ITEMS: Final = f"""
    SELECT min(s.sharing) AS sharing, i.item, i.kind, s.subject AS owner, o.name AS owner_name, i.title,
           i.title_en, i.term, i.text, i.link, i.strength, i.source_kind, max(s.until) AS until,
           CASE WHEN bool_or(s.with_energy) THEN i.energy END AS energy,
           CASE WHEN bool_or(s.with_energy) THEN i.use END AS use
    FROM {_OPEN} %s
    GROUP BY s.subject, i.subject, i.item, o.subject
    ORDER BY o.plain_name COLLATE "C", min(s.sharing) COLLATE "C"
"""
_BY_NAME: Final = _ITEMS % (
    "JOIN opened_by_name v USING (subject, sharing)",
    f"""AND v.viewer = %(viewer)s AND EXISTS (SELECT FROM {EMPLOYED.served} WHERE subject = v.viewer)
        AND NOT EXISTS ({_LEFT} AND l.team IS NULL AND l.subject = v.viewer)""",
)
_IN_TEAM: Final = _ITEMS % (
    f"JOIN {MEMBERSHIPS.served} m ON m.subject = s.subject AND m.team = %(team)s",
    f"""AND (s.audience = 'organisation' OR s.audience = 'team' AND s.team = m.team
            AND NOT EXISTS ({_LEFT} AND l.team = m.team AND l.subject = s.subject))
        AND EXISTS (SELECT FROM {MEMBERSHIPS.served} JOIN {EMPLOYED.served} USING (subject)
            WHERE subject = %(viewer)s AND team = m.team)""",
)
_TO_ALL: Final = _ITEMS % (
    "",
    "AND s.audience = 'organisation' AND (%(term)s::text IS NULL OR i.term = %(term)s)",
)

Row = dict[str, Any]


def remember_viewers(connection: psycopg.Connection, facts: Sequence[Fact]) -> None:
    """Keep, outside the view, with whom each sharing was by name."""
    connection.execute("CREATE TABLE opened_by_name (subject text, sharing text, viewer text)")
    with connection.cursor() as cursor:
        for fact in facts:
            event: Any = fact.recorded.event
            for viewer in getattr(event, "people", ()) if getattr(event, "audience", "") == "people" else ():
                row = (fact.subject, event.sharing, viewer)
                cursor.execute("INSERT INTO opened_by_name VALUES (%s, %s, %s)", row)


def shared_with(connection: psycopg.Connection, viewer: str, today: date) -> list[Row]:
    return _rows(connection, _BY_NAME, viewer=viewer, today=today)


def items_in(connection: psycopg.Connection, team: str, viewer: str, today: date) -> list[Row]:
    return _rows(connection, _IN_TEAM, team=team, viewer=viewer, today=today)


def open_to_all(connection: psycopg.Connection, term: str | None, today: date) -> list[Row]:
    return _rows(connection, _TO_ALL, term=term, today=today)


def _rows(connection: psycopg.Connection, statement: str, **values: Any) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement.encode(), values).fetchall()
