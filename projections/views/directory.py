"""Who there is: people by name, and the roles they hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import class_row, dict_row

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered
from events.catalog.policy import RoleGranted, RoleWithdrawn
from events.codec import Forgotten
from projections.changes import Changes
from projections.parking import parked_in
from projections.table import Column, Table
from projections.view import Fact, View
from rules.names import name_words, plain_name

_VERSION: Final = 2
NAME_STARTS_MAX: Final = 8
"""By so many of the words of a name, from the first, a person is found."""

PERSONS: Final = Table(
    name=f"directory_v{_VERSION}_persons",
    columns=(
        Column(name="display_name", type="text"),
        Column(name="plain_name", type="text"),
        Column(name="registered_at", type="timestamptz"),
        Column(name="ended_on", type="date", nullable=True),
    ),
    key=("subject",),
)
# The plain name from each of its words on, so that a start of any word is a start of a row. Numbered, so that
# another name takes the rows of the one before; the pattern operators serve LIKE in any collation.
NAME_STARTS: Final = Table(
    name=f"directory_v{_VERSION}_name_starts",
    columns=(
        Column(name="word", type="smallint"),
        Column(name="rest", type="text"),
    ),
    key=("subject", "word"),
    indexes=(("rest text_pattern_ops",),),
)
# Of the organisation's own stream, so the holder may stand in another partition: joined when read.
ROLE_GRANTS: Final = Table(
    name=f"directory_v{_VERSION}_role_grants",
    columns=(
        Column(name="role_grant", type="text"),
        Column(name="person", type="text"),
        Column(name="role", type="text"),
        Column(name="granted_at", type="timestamptz"),
    ),
    key=("role_grant",),
    indexes=(("person",),),
)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A professional by name; `ended_on` is the first day of no longer being employed."""

    person: str
    display_name: str
    registered_at: datetime
    ended_on: date | None


class RoleGrant(msgspec.Struct, frozen=True, kw_only=True):
    """A role in force; `role` is the name that rules/access/roles.py knows."""

    organisation: str
    role_grant: str
    person: str
    role: str
    granted_at: datetime


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of someone who asks; `parked` when an event of who they are or may do waits for repair.

    `person` is None for who is unknown or forgotten, `roles` are the names of those granted.
    """

    person: Person | None
    roles: list[str]
    parked: bool


def fold(fact: Fact, changes: Changes) -> None:
    """Keep one row a person, one for each start of the name, and one a grant in force."""
    recorded = fact.recorded
    match recorded.event:
        case ProfessionalRegistered(name=name):
            told = {"display_name": name, "plain_name": plain_name(name), "registered_at": recorded.at}
            changes.put(PERSONS, **told, ended_on=None)
            _fold_name(name, changes)
        case EmploymentEnded(on=on):
            changes.set(PERSONS, ended_on=on)
        case RoleGranted(grant=grant, person=person, role=role):
            changes.put(ROLE_GRANTS, role_grant=grant, person=person, role=role, granted_at=recorded.at)
        case RoleWithdrawn(grant=grant):
            changes.drop(ROLE_GRANTS, role_grant=grant)
        case Forgotten():
            changes.empty()
        case _:  # facts of these streams that other views show
            pass


def _fold_name(name: str, changes: Changes) -> None:
    words = name_words(name)
    for word in range(NAME_STARTS_MAX):
        if word < len(words):
            changes.put(NAME_STARTS, word=word, rest=" ".join(words[word:]))
        else:
            changes.drop(NAME_STARTS, word=word)


VIEW: Final = View(
    name="directory",
    version=_VERSION,
    categories=frozenset({"employment", "policy"}),
    tables=(PERSONS, NAME_STARTS, ROLE_GRANTS),
    fold=fold,
)

_PERSON: Final = (
    f"SELECT subject AS person, display_name, registered_at, ended_on FROM {PERSONS.served} p WHERE"
)
_PARKED: Final = parked_in(VIEW)
# Of the organisation too: what waits for repair there may have taken a role away.
_KNOWN: Final = f"""
    SELECT p.*, ARRAY(SELECT role FROM {ROLE_GRANTS.served} WHERE person = %(person)s) AS roles,
           EXISTS ({_PARKED} AND (k.subject = %(person)s OR k.subject IN (
               SELECT subject FROM {ROLE_GRANTS.served} WHERE person = %(person)s))) AS parked
    FROM (SELECT) asked LEFT JOIN ({_PERSON} subject = %(person)s) p ON true
""".encode()
_GRANTS: Final = (
    "SELECT g.subject AS organisation, g.role_grant, g.person, g.role, g.granted_at"
    f" FROM {ROLE_GRANTS.served} g LEFT JOIN {PERSONS.served} p ON p.subject = g.person"
    ' ORDER BY g.role COLLATE "C", p.plain_name COLLATE "C" NULLS LAST, g.role_grant'
)


async def persons_by_ids(connection: psycopg.AsyncConnection, persons: Sequence[str]) -> dict[str, Person]:
    """Return those of these people that are known, who left among them, by id; none set aside for repair."""
    statement = f"{_PERSON} subject = ANY(%s) AND subject NOT IN ({_PARKED})"
    known = await _persons(connection, statement, list(persons))
    return {person.person: person for person in known}


async def known_of(connection: psycopg.AsyncConnection, person: str) -> Known:
    """Return who someone is and what they may do, as it stands at one moment: asked with every request."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_KNOWN, {"person": person}, prepare=True)
        row = await cursor.fetchone() or {}
    known = msgspec.convert(row, Person) if row["person"] else None
    return Known(person=known, roles=row["roles"], parked=row["parked"])


async def employed(connection: psycopg.AsyncConnection) -> list[Person]:
    """Return all who work here, by name."""
    statement = f'{_PERSON} ended_on IS NULL ORDER BY plain_name COLLATE "C", subject'
    return await _persons(connection, statement)


async def colleagues(connection: psycopg.AsyncConnection, start: str, *, limit: int) -> list[Person]:
    """Return who works here and has a name, any word of which begins so, by name; case and accents aside.

    One set aside for repair is not among them.
    """
    plain = plain_name(start)
    if not plain:
        return []
    statement = (
        f"{_PERSON} ended_on IS NULL AND subject NOT IN ({_PARKED})"
        f" AND subject IN (SELECT subject FROM {NAME_STARTS.served} WHERE rest LIKE %s)"
        ' ORDER BY plain_name COLLATE "C", subject LIMIT %s'
    )
    return await _persons(connection, statement, f"{plain}%", limit)


async def role_grants(connection: psycopg.AsyncConnection) -> list[RoleGrant]:
    """Return every role in force, by role and then by the holder's name, who has none last."""
    async with connection.cursor(row_factory=class_row(RoleGrant)) as cursor:
        await cursor.execute(_GRANTS.encode())
        return await cursor.fetchall()


async def _persons(connection: psycopg.AsyncConnection, statement: str, *values: Any) -> list[Person]:
    async with connection.cursor(row_factory=class_row(Person)) as cursor:
        await cursor.execute(statement.encode(), values)
        return await cursor.fetchall()
