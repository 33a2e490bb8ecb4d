"""
The talents of a team at a moment of the past: of what is open to it today, what was open to it then.

Shown is what both then and now allow (privacy rule 11): a talent that is open today and was open at the
moment, of somebody who is a member today and was one then. It has the content of then, with its energy if
that was shared at both.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

import msgspec
import psycopg

from kit.postgres.rows import rows
from projections.table import Table
from projections.views.shared.in_team import BY_OWNER, TALENTS, TeamTalent
from projections.views.shared.tables import PRESENCES, READINGS, SHARINGS
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
    """What an owner said of a talent from a moment on."""

    said_at: datetime
    strength: int
    text: str | None
    energy: int
    use: int


class TalentWithPast(TeamTalent, frozen=True, kw_only=True):
    """A talent that is open in a team today, with the past of its owner, sharings and content."""

    presences: tuple[Presence, ...]
    sharings: tuple[PastSharing, ...]
    readings: tuple[PastReading, ...]


def _past(row: type[msgspec.Struct], table: Table, where: str, order: str) -> str:
    columns = ", ".join(row.__struct_fields__)
    of = f"SELECT {columns} FROM {table.served} WHERE subject = t.owner AND {where} ORDER BY {order}"
    return f"(SELECT coalesce(jsonb_agg(r), '[]') FROM ({of}) r)"


# One statement sees one moment of the database: what is open today, and the past of just that.
_WITH_PAST: Final = f"""
    SELECT t.*,
           {_past(Presence, PRESENCES, "(team IS NULL OR team = %(team)s)", "version")} AS presences,
           {_past(PastSharing, SHARINGS, "item = t.item", "opened_at")} AS sharings,
           {_past(PastReading, READINGS, "talent = t.item", "version")} AS readings
    FROM ({TALENTS}) t {BY_OWNER}
"""


async def talents_with_past(
    connection: psycopg.AsyncConnection, team: str, viewer: str, *, today: date
) -> list[TalentWithPast]:
    """Return the talents that are open in a team today, with their past, by owner's name.

    A viewer who is no member gets none.
    """
    values = {"team": team, "viewer": viewer, "today": today}
    return await rows(connection, TalentWithPast, _WITH_PAST, **values)


def talents_then(
    talents: Sequence[TalentWithPast], team: str, *, moment: datetime, day: date
) -> list[TeamTalent]:
    """
    Return the talents that were open in a team at a moment, in the order of today.

    `day` is that of the moment in the organisation. Facts of exactly that moment are included. Names are
    those of today, numbers and story those of then.
    """
    found = (_talent_then(one, team, moment, day) for one in talents)
    return [talent for talent in found if talent is not None]


def _talent_then(one: TalentWithPast, team: str, moment: datetime, day: date) -> TeamTalent | None:
    presences = [row for row in one.presences if row.recorded_at <= moment]
    opened = [row for row in one.sharings if _was_open(row, presences, team, moment, day)]
    said = [row for row in one.readings if row.said_at <= moment]
    if not (opened and said and _was_there(presences, None) and _was_there(presences, team)):
        return None
    with_energy = one.energy is not None and any(row.with_energy for row in opened)
    last = said[-1]
    of_then: dict[str, Any] = {
        "sharing": min(row.sharing for row in opened),
        "text": last.text,
        "strength": last.strength,
        "energy": last.energy if with_energy else None,
        "use": last.use if with_energy else None,
        "until": max(row.until for row in opened),
        "since": min(row.opened_at for row in opened),
        "said_at": max(_last_seen(said, with_energy=with_energy), *(row.opened_at for row in opened)),
    }
    of_today = {name: getattr(one, name) for name in TeamTalent.__struct_fields__}
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


def _last_seen(said: Sequence[PastReading], *, with_energy: bool) -> datetime:
    """Return the moment of the last reading that changed something that the viewer sees."""
    seen = said[0].said_at
    for before, row in pairwise(said):
        changed = (row.strength, row.text) != (before.strength, before.text)
        if changed or (with_energy and (row.energy, row.use) != (before.energy, before.use)):
            seen = row.said_at
    return seen
