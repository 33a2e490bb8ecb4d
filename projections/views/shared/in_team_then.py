"""
The talents of a team at a moment of the past: of what is open to it today, what was open to it then.

Shown is what both then and now allow (privacy rule 11): a talent that is open today and was open at the
moment, of somebody who is a member today and was one then. It has the content of then, with its energy if
that was shared at both.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec
import psycopg

from kit.postgres.rows import prepared_rows
from projections.table import Table
from projections.views.shared.in_team import BY_OWNER, OPEN_TALENTS, TeamTalent, said_of_talent
from projections.views.shared.opened import SharedItem
from projections.views.shared.tables import PRESENCES, SHARINGS
from rules.kinds import Audience


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody was in a team from a moment on, or was not; without a team: in the organisation."""

    team: str | None
    there: bool
    recorded_at: datetime


class PastSharing(msgspec.Struct, frozen=True, kw_only=True):
    """A sharing of a talent, open or ended."""

    sharing: str
    audience: Audience
    team: str | None
    with_energy: bool
    until: date
    opened_at: datetime
    ended_at: datetime | None


class PastReading(msgspec.Struct, frozen=True, kw_only=True):
    """
    What an owner had said of a talent by a moment.

    `said_at` is when strength and story became so, `energy_said_at` when energy and use did.
    """

    strength: int
    text: str | None
    energy: int
    use: int
    said_at: datetime
    energy_said_at: datetime


class _WithPast(SharedItem, frozen=True, kw_only=True):
    """A talent that is open in a team today, with the past of its owner, its sharings and its content."""

    presences: tuple[Presence, ...]
    sharings: tuple[PastSharing, ...]
    reading: PastReading | None


def _past(row: type[msgspec.Struct], table: Table, where: str, order: str) -> str:
    columns = ", ".join(row.__struct_fields__)
    of = f"SELECT {columns} FROM {table.served} WHERE subject = t.owner AND {where} ORDER BY {order}"
    return f"(SELECT coalesce(jsonb_agg(r), '[]') FROM ({of}) r)"


_READING: Final = f"""(SELECT to_jsonb(x) FROM (
        SELECT r.strength, r.text, r.energy, r.use,
               max(r.said_at) FILTER (WHERE r.new_talent) OVER () AS said_at,
               max(r.said_at) FILTER (WHERE r.new_energy) OVER () AS energy_said_at
        FROM ({said_of_talent("said_at <= %(moment)s")}) r ORDER BY r.version DESC LIMIT 1) x)"""
# One statement sees one moment of the database: what is open today, and the past of just that.
_WITH_PAST: Final = f"""
    SELECT t.*,
           {_past(Presence, PRESENCES, "(team IS NULL OR team = %(team)s)", "version")} AS presences,
           {_past(PastSharing, SHARINGS, "item = t.item", "opened_at")} AS sharings, {_READING} AS reading
    FROM ({OPEN_TALENTS}) t {BY_OWNER}
"""


async def talents_then(
    connection: psycopg.AsyncConnection,
    team: str,
    viewer: str,
    *,
    today: date,
    moment: datetime,
    day: date,
) -> list[TeamTalent]:
    """
    Return the talents that were open in a team at a moment of the past, in the order of today's names.

    `day` is that of the moment in the organisation. Facts of exactly that moment are included. Names are
    those of today, numbers and story those of then. A viewer who is no member today gets none.
    """
    values = {"team": team, "viewer": viewer, "today": today, "moment": moment}
    found = await prepared_rows(connection, _WithPast, _WITH_PAST, **values)
    talents = (_talent_then(one, team, moment, day) for one in found)
    return [talent for talent in talents if talent is not None]


def _talent_then(one: _WithPast, team: str, moment: datetime, day: date) -> TeamTalent | None:
    presences = [row for row in one.presences if row.recorded_at <= moment]
    opened = [row for row in one.sharings if _was_open(row, presences, team, moment, day)]
    said = one.reading
    if said is None or not (opened and _was_there(presences, None) and _was_there(presences, team)):
        return None
    with_energy = one.energy is not None and any(row.with_energy for row in opened)
    seen = (said.said_at, said.energy_said_at) if with_energy else (said.said_at,)
    of_then: dict[str, Any] = {
        "sharing": min(row.sharing for row in opened),
        "text": said.text,
        "strength": said.strength,
        "energy": said.energy if with_energy else None,
        "use": said.use if with_energy else None,
        "until": max(row.until for row in opened),
        "since": min(row.opened_at for row in opened),
        "said_at": max(*seen, *(row.opened_at for row in opened)),
    }
    of_today = {name: getattr(one, name) for name in SharedItem.__struct_fields__}
    return TeamTalent(**(of_today | of_then))


def _was_there(presences: Sequence[Presence], team: str | None) -> bool:
    of_team = [row.there for row in presences if row.team == team]
    return bool(of_team) and of_team[-1]


def _was_open(
    sharing: PastSharing, presences: Sequence[Presence], team: str, moment: datetime, day: date
) -> bool:
    """Return whether a sharing was open to a team, as the read of today decides it."""
    if sharing.opened_at > moment or sharing.until < day:
        return False
    if sharing.ended_at is not None and sharing.ended_at <= moment:
        return False
    if sharing.audience == "people" or (sharing.audience == "team" and sharing.team != team):
        return False
    of = {None} if sharing.audience == "organisation" else {None, team}
    return not any(
        row.team in of and not row.there and row.recorded_at >= sharing.opened_at for row in presences
    )
