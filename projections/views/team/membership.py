"""The SQL that joins what a person did or wrote with where they are now."""

from typing import Final, TypeVar

import psycopg
from psycopg.rows import scalar_row

from projections.parking import parked_in
from projections.views.team.fold import VIEW
from projections.views.team.tables import LEAVINGS, MEMBERS, WORDS

T = TypeVar("T")
PARKED: Final = parked_in(VIEW)


def still_there(person: str, team: str, seen: str) -> str:
    """
    Return the condition that a person is a member of a team, and has not left it since they acted.

    Each argument is an SQL expression. Of somebody parked it is not known: the event that waits may be a
    leaving.
    """
    return f"""(EXISTS (SELECT FROM {MEMBERS.served} m WHERE m.subject = {person} AND m.team = {team})
        AND NOT EXISTS (SELECT FROM {LEAVINGS.served} l
            WHERE l.subject = {person} AND l.team = {team} AND l.version > {seen})
        AND {person} NOT IN ({PARKED}))"""


def words_of(author: str, team: str, thing: str) -> str:
    """Return the condition that row `w` has the words of something; each argument is an SQL expression."""
    return (
        f"""w.subject = {author} AND w.team = {team} AND w.thing = {thing} AND w.subject NOT IN ({PARKED})"""
    )


_IS_MEMBER: Final = f"""
    SELECT EXISTS (SELECT FROM {MEMBERS.served} m WHERE m.subject = %(person)s AND m.team = %(team)s)
        AND %(person)s NOT IN ({PARKED})
""".encode()


async def is_member(connection: psycopg.AsyncConnection, team: str, person: str) -> bool:
    """Return whether somebody is in a team now; not if something of them waits for repair."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_IS_MEMBER, {"team": team, "person": person})
        return bool(await cursor.fetchone())


WRITTEN: Final = WORDS.served
