"""Whether the words of what somebody did are still on their way to this view."""

from typing import Final

import psycopg
from psycopg.rows import scalar_row

from projections.views.team.tables import JOINT_GOALS, SESSIONS, WORDS, WORK_OFFERS

_MINE: Final = " UNION ALL ".join(
    f"SELECT subject AS team, {thing} AS thing FROM {table.served}"
    " WHERE author = %(person)s AND subject = %(team)s"
    for table, thing in ((WORK_OFFERS, "offer"), (JOINT_GOALS, "goal"), (SESSIONS, "session"))
)
_AWAITED: Final = f"""
    SELECT EXISTS (SELECT FROM ({_MINE}) mine WHERE NOT EXISTS (
        SELECT FROM {WORDS.served} w
        WHERE w.subject = %(person)s AND w.team = mine.team AND w.thing = mine.thing))
""".encode()


async def words_are_awaited(connection: psycopg.AsyncConnection, team: str, person: str) -> bool:
    """
    Return whether this view has a fact of a team and not yet the words that this person wrote for it.

    The two are in different partitions, which are folded each for itself. The words are on the log before the
    fact, so they will be here soon; those of somebody who was forgotten never will.
    """
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_AWAITED, {"team": team, "person": person})
        return bool(await cursor.fetchone())
