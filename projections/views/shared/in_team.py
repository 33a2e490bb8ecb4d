"""
What members of a team opened to it, or to the whole organisation: the same for every member.

A sharing counts while its owner is a member. The viewer only has to be a member now, whenever they joined:
else members would see different things (privacy rule 12).
"""

from datetime import date, datetime
from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import scalar_row

from kit.postgres.rows import prepared_rows, rows
from projections.parking import parked_in
from projections.views.shared.fold import VIEW
from projections.views.shared.opened import (
    COLUMNS,
    GROUPED,
    OPENED,
    STILL_OPEN,
    SharedItem,
    left_none,
    not_left_since,
)
from projections.views.shared.tables import (
    EMPLOYED,
    MEMBERSHIPS,
    OFFERS,
    PORTFOLIOS,
    READINGS,
    TO_ALL,
)
from rules.kinds import ItemKind
from rules.names import plain_name

OFFERS_MAX: Final = 500
"""The newest goals on offer to one team that are returned."""


class TeamTalent(SharedItem, frozen=True, kw_only=True):
    """
    A talent that a member opened to the team or wider.

    `since` is when the first of its open sharings was opened. `said_at` is the moment of the newest fact that
    the viewer sees of it: a change of what is not shared does not count.
    """

    since: datetime
    said_at: datetime


class OfferedGoal(msgspec.Struct, frozen=True, kw_only=True):
    """A goal on offer to a team, in the wording for it."""

    goal: str
    owner: str
    owner_name: str
    wording: str
    offered_at: datetime


def _not_left(moment: str, owner: str) -> str:
    of_team = f"l.subject = {owner} AND l.team = %(team)s"
    return f"{not_left_since(moment, owner)} AND {left_none(of_team, moment)}"


_MEMBER: Final = f"""EXISTS (SELECT FROM {MEMBERSHIPS.served} JOIN {EMPLOYED.served} USING (subject)
            WHERE subject = %(viewer)s AND team = %(team)s)"""
_OPEN_TO_TEAM: Final = f"""{STILL_OPEN} AND (
            s.whom = %(team)s AND {_not_left("s.opened_at", "s.subject")}
            OR s.whom = '{TO_ALL}' AND {not_left_since("s.opened_at", "s.subject")})"""
# Members by name, each looked up with what they opened, until the page is full.
_ITEMS: Final = f"""
    SELECT x.* FROM (
        SELECT subject, o.plain_name FROM {MEMBERSHIPS.served} m JOIN {EMPLOYED.served} o USING (subject)
        WHERE m.team = %(team)s AND {_MEMBER} AND o.plain_name COLLATE "C" >= %(after_name)s
            AND (%(owner)s::text IS NULL OR subject = %(owner)s)
        ORDER BY o.plain_name COLLATE "C" OFFSET 0
    ) m CROSS JOIN LATERAL (
        SELECT {COLUMNS} FROM {OPENED}
        WHERE s.subject = m.subject AND {_OPEN_TO_TEAM} AND (%(kind)s::text IS NULL OR i.kind = %(kind)s)
        GROUP BY {GROUPED}
    ) x
    WHERE (m.plain_name COLLATE "C", x.sharing COLLATE "C") > (%(after_name)s, %(after)s)
    ORDER BY m.plain_name COLLATE "C", x.sharing COLLATE "C"
    LIMIT %(limit)s
"""
OPEN_TALENTS: Final = f"""
    SELECT {COLUMNS}, min(s.opened_at) AS since, max(s.opened_at) AS opened_at, o.plain_name AS plain_name
    FROM {OPENED} JOIN {MEMBERSHIPS.served} m ON m.subject = s.subject AND m.team = %(team)s
    WHERE {_OPEN_TO_TEAM} AND {_MEMBER} AND i.kind = '{ItemKind.TALENT}' GROUP BY {GROUPED}
"""
BY_OWNER: Final = 'ORDER BY t.plain_name COLLATE "C", t.owner COLLATE "C", t.sharing COLLATE "C"'


def said_of_talent(until: str = "true") -> str:
    """
    Return the SQL of each time that something was said of the talent `t`, and what of it was new.

    `until` is a condition. A reading in which nothing is new that the viewer may see does not move `said_at`.
    """
    return f"""SELECT version, said_at, strength, text, energy, use,
               (strength, text) IS DISTINCT FROM (lag(strength) OVER w, lag(text) OVER w) AS new_talent,
               (energy, use) IS DISTINCT FROM (lag(energy) OVER w, lag(use) OVER w) AS new_energy
        FROM {READINGS.served} WHERE subject = t.owner AND talent = t.item AND {until}
        WINDOW w AS (ORDER BY version)"""


_TALENTS: Final = f"""
    SELECT t.*, greatest(t.opened_at, (
        SELECT max(r.said_at) FROM ({said_of_talent()}) r
        WHERE r.new_talent OR r.new_energy AND t.energy IS NOT NULL)) AS said_at
    FROM ({OPEN_TALENTS}) t {BY_OWNER}
"""
_OFFERS: Final = f"""
    SELECT g.goal, g.subject AS owner, o.name AS owner_name, g.wording, g.offered_at FROM {OFFERS.served} g
    JOIN {MEMBERSHIPS.served} m USING (subject, team)
    JOIN {PORTFOLIOS.served} USING (subject)
    JOIN {EMPLOYED.served} o USING (subject)
    WHERE g.team = %(team)s AND {_MEMBER} AND {_not_left("g.offered_at", "g.subject")}
        AND g.subject NOT IN ({parked_in(VIEW)})
    ORDER BY g.offered_at DESC, g.goal LIMIT {OFFERS_MAX}
"""
_SINCE: Final = f"""
    SELECT min(m.recorded_at) FROM {MEMBERSHIPS.served} m JOIN {EMPLOYED.served} USING (subject)
    WHERE m.team = %(team)s HAVING bool_or(m.subject = %(viewer)s)
"""


async def team_since(connection: psycopg.AsyncConnection, team: str, viewer: str) -> datetime | None:
    """Return when the first of a team's members was reported; None if the viewer is no member here."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_SINCE.encode(), {"team": team, "viewer": viewer})
        since: datetime | None = await cursor.fetchone()
        return since


async def talents_in(
    connection: psycopg.AsyncConnection, team: str, viewer: str, *, today: date
) -> list[TeamTalent]:
    """Return the talents that members opened to the team or wider, by owner's name.

    A viewer who is no member gets none.
    """
    values = {"team": team, "viewer": viewer, "today": today}
    return await prepared_rows(connection, TeamTalent, _TALENTS, **values)


async def items_in(
    connection: psycopg.AsyncConnection,
    team: str,
    viewer: str,
    *,
    today: date,
    owner: str | None = None,
    kind: ItemKind | None = None,
    after: tuple[str, str] | None = None,
    limit: int,
) -> list[SharedItem]:
    """
    Return a page of what members opened to the team or wider, by owner's name; of one owner, or of one kind.

    `after` is the owner's name and the sharing of the last item of the previous page. A viewer who is no
    member gets nothing.
    """
    owner_name, sharing = after or ("", "")
    of: dict[str, Any] = {"team": team, "viewer": viewer, "today": today, "owner": owner, "kind": kind}
    page = {"after": sharing, "after_name": plain_name(owner_name), "limit": limit}
    return await prepared_rows(connection, SharedItem, _ITEMS, **(of | page))


async def offers_in(connection: psycopg.AsyncConnection, team: str, viewer: str) -> list[OfferedGoal]:
    """Return the goals on offer to a team, newest first, OFFERS_MAX at most; none if they are no member."""
    return await rows(connection, OfferedGoal, _OFFERS, team=team, viewer=viewer)
