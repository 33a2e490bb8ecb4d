"""Reads of what a team agreed when it talked."""

from datetime import date
from typing import Final

import msgspec
import psycopg

from kit.postgres.rows import rows
from projections.views.team.membership import WRITTEN, words_of
from projections.views.team.tables import SESSIONS


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session of a team; `session` is its id there."""

    team: str
    session: str
    held_on: date
    agreements: tuple[str, ...]


_SESSIONS: Final = f"""
    SELECT s.subject AS team, s.session, s.held_on, w.agreements
    FROM {SESSIONS.served} s JOIN {WRITTEN} w ON {words_of("s.author", "s.subject", "s.session")}
    WHERE s.subject = %(team)s AND (%(session)s::text IS NULL OR s.session = %(session)s)
    ORDER BY s.held_on DESC, s.version DESC LIMIT %(limit)s
"""


async def sessions(connection: psycopg.AsyncConnection, team: str, *, limit: int) -> list[Session]:
    """Return the newest sessions of a team; not those of an author who was forgotten."""
    return await rows(connection, Session, _SESSIONS, team=team, session=None, limit=limit)


async def session(connection: psycopg.AsyncConnection, team: str, session_: str) -> Session | None:
    """Return one session of a team by its id there; None if nothing is left to show."""
    found = await rows(connection, Session, _SESSIONS, team=team, session=session_, limit=1)
    return found[0] if found else None
