"""The people by name, and the roles they hold."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import class_row, kwargs_row

from events.catalog.employment import EmploymentEnded, ProfessionalRegistered
from events.catalog.policy import RoleGranted, RoleWithdrawn
from events.codec import Forgotten
from kit.postgres.statements import Select, Source
from projections.changes import Changes
from projections.parking import parked_in
from projections.table import Column, Table
from projections.view import Fact, View
from rules.names import name_words, plain_name

_VERSION: Final = 5
NAME_STARTS_MAX: Final = 8
"""A person is found by any of so many first words of their name."""
FEW_LETTERS: Final = (1, 2, 3)

PERSONS: Final = Table(
    name=f"directory_v{_VERSION}_persons",
    columns=(
        Column(name="display_name", type="text"),
        Column(name="plain_name", type="text"),
        Column(name="email", type="text"),
        Column(name="registered_at", type="timestamptz"),
        Column(name="ended_on", type="date", nullable=True),
    ),
    key=("subject",),
)
# Every registration and every leaving, so that what a leaving ended stays ended when the person returns.
EMPLOYMENTS: Final = Table(
    name=f"directory_v{_VERSION}_employments",
    columns=(
        Column(name="version", type="bigint"),
        Column(name="recorded_at", type="timestamptz"),
        Column(name="left_on", type="date", nullable=True),
    ),
    key=("subject", "version"),
)
# One row for each word of the plain name: the rest of the name from that word on, so that LIKE finds any
# word by its start. Words are numbered, so that a changed name replaces the rows of the earlier one. What
# begins with a few letters may be a tenth of all people: an index for each has them in order of their names.
NAME_STARTS: Final = Table(
    name=f"directory_v{_VERSION}_name_starts",
    columns=(
        Column(name="word", type="smallint"),
        Column(name="rest", type="text"),
        Column(name="plain_name", type="text"),
    ),
    key=("subject", "word"),
    indexes=(
        ("rest text_pattern_ops",),
        *((f"left(rest, {count})", 'plain_name COLLATE "C"', "subject") for count in FEW_LETTERS),
    ),
)
# From the organisation's own stream, so the holder may be in another partition: joined when read.
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
    """A professional by name; `ended_on` is the first day after the employment."""

    person: str
    display_name: str
    registered_at: datetime
    ended_on: date | None


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """The last leaving of a person, when it was recorded, and when the person was registered again since."""

    left_on: date
    recorded_at: datetime
    returned_at: datetime | None


class RoleGrant(msgspec.Struct, frozen=True, kw_only=True):
    """
    A role that was not withdrawn; `role` is its name in rules/access/roles.py.

    Whether it ended when its holder left is decided in rules/access, from `leaving`.
    """

    organisation: str
    role_grant: str
    person: str
    role: str
    granted_at: datetime
    leaving: Leaving | None = None


class Granted(msgspec.Struct, frozen=True):
    """A role and when it was granted."""

    role: str
    granted_at: datetime


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """
    What is known of a caller; `person` is None for somebody unknown or forgotten.

    `granted` are the roles that were not withdrawn. `parked`: an event about the person or their roles waits
    for repair, so what is known may be old.
    """

    person: Person | None
    granted: list[Granted]
    parked: bool
    leaving: Leaving | None = None


def fold(fact: Fact, changes: Changes) -> None:
    """Keep one row per person, one per word of the name, and one per role that is held."""
    recorded = fact.recorded
    match recorded.event:
        case ProfessionalRegistered(name=name, email=email):
            names = {"display_name": name, "plain_name": plain_name(name)}
            changes.put(PERSONS, **names, email=email, registered_at=recorded.at, ended_on=None)
            changes.put(EMPLOYMENTS, version=recorded.version, recorded_at=recorded.at, left_on=None)
            _fold_name(name, changes)
        case EmploymentEnded(on=on):
            changes.set(PERSONS, ended_on=on)
            changes.put(EMPLOYMENTS, version=recorded.version, recorded_at=recorded.at, left_on=on)
        case RoleGranted(grant=grant, person=person, role=role):
            changes.put(ROLE_GRANTS, role_grant=grant, person=person, role=role, granted_at=recorded.at)
        case RoleWithdrawn(grant=grant):
            changes.drop(ROLE_GRANTS, role_grant=grant)
        case Forgotten():
            changes.empty()
        case _:  # other events of these streams, which other views show
            pass


def _fold_name(name: str, changes: Changes) -> None:
    words = name_words(name)
    for word in range(NAME_STARTS_MAX):
        if word < len(words):
            changes.put(NAME_STARTS, word=word, rest=" ".join(words[word:]), plain_name=" ".join(words))
        else:
            changes.drop(NAME_STARTS, word=word)


VIEW: Final = View(
    name="directory",
    version=_VERSION,
    categories=frozenset({"employment", "policy"}),
    tables=(PERSONS, EMPLOYMENTS, NAME_STARTS, ROLE_GRANTS),
    fold=fold,
)

_PERSON: Final = (
    f"SELECT subject AS person, display_name, registered_at, ended_on FROM {PERSONS.served} p WHERE"
)
_PARKED: Final = parked_in(VIEW)


def _leaving_of(person: str) -> str:
    """Return the SQL of the last leaving of the person whose id this SQL expression is."""
    return f"""(
        SELECT jsonb_build_object('left_on', l.left_on, 'recorded_at', l.recorded_at, 'returned_at', (
            SELECT min(r.recorded_at) FROM {EMPLOYMENTS.served} r
            WHERE r.subject = l.subject AND r.version > l.version))
        FROM {EMPLOYMENTS.served} l WHERE l.subject = {person} AND l.left_on IS NOT NULL
        ORDER BY l.version DESC LIMIT 1
    )"""


# Parked organisations count too: the event that waits for repair may have withdrawn a role.
_KNOWN_OF: Final = f"""
    json_build_object(
        'person', (SELECT row_to_json(p) FROM ({_PERSON} subject = asked.person) p),
        'leaving', {_leaving_of("asked.person")},
        'granted', (
            SELECT coalesce(jsonb_agg(jsonb_build_object('role', role, 'granted_at', granted_at)), '[]')
            FROM {ROLE_GRANTS.served} WHERE person = asked.person),
        'parked', EXISTS ({_PARKED} AND (k.subject = asked.person OR k.subject IN (
            SELECT subject FROM {ROLE_GRANTS.served} WHERE person = asked.person))))
"""
_KNOWN: Final = Select(f"SELECT {_KNOWN_OF} FROM (SELECT %(person)s::text AS person) asked", Known)
_ALL_KNOWN: Final = Select(
    f"SELECT json_object_agg(asked.person, {_KNOWN_OF}) FROM unnest(%(persons)s::text[]) AS asked(person)",
    dict[str, Known],
)
_GRANTS: Final = (
    "SELECT g.subject AS organisation, g.role_grant, g.person, g.role, g.granted_at,"
    f" {_leaving_of('g.person')} AS leaving"
    f" FROM {ROLE_GRANTS.served} g LEFT JOIN {PERSONS.served} p ON p.subject = g.person"
    ' ORDER BY g.role COLLATE "C", p.plain_name COLLATE "C" NULLS LAST, g.role_grant'
)


async def persons_by_ids(connection: psycopg.AsyncConnection, persons: Sequence[str]) -> dict[str, Person]:
    """Return people by id, also those who left; not those who are unknown or parked."""
    statement = f"{_PERSON} subject = ANY(%s) AND subject NOT IN ({_PARKED})"
    known = await _persons(connection, statement, list(persons))
    return {person.person: person for person in known}


async def known_of(source: Source, person: str) -> Known:
    """Return who a caller is and which roles they hold, at one moment. Every request asks this."""
    return await _KNOWN.read(person=person).of(source)


async def known_of_all(source: Source, persons: Sequence[str]) -> dict[str, Known]:
    """Return who each of these callers is and which roles they hold, all at one moment; one at least."""
    return await _ALL_KNOWN.read(persons=persons).of(source)


async def employed(connection: psycopg.AsyncConnection) -> list[Person]:
    """Return everybody who works here, by name."""
    statement = f'{_PERSON} ended_on IS NULL ORDER BY plain_name COLLATE "C", subject'
    return await _persons(connection, statement)


async def addresses(connection: psycopg.AsyncConnection) -> dict[str, str]:
    """Return the mail address of everybody who works here, by person: for the HR system, which knows them."""
    async with connection.cursor() as cursor:
        await cursor.execute(f"SELECT subject, email FROM {PERSONS.served} WHERE ended_on IS NULL".encode())
        return dict(await cursor.fetchall())


class Reachable(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who works here, by name and mail address."""

    person: str
    display_name: str
    email: str


async def reachable(
    connection: psycopg.AsyncConnection, persons: Sequence[str], today: date
) -> dict[str, Reachable]:
    """Return those of these people who work here on this day and are not parked."""
    statement = (
        f"SELECT subject AS person, display_name, email FROM {PERSONS.served}"
        f" WHERE subject = ANY(%s) AND (ended_on IS NULL OR ended_on > %s) AND subject NOT IN ({_PARKED})"
    )
    async with connection.cursor(row_factory=class_row(Reachable)) as cursor:
        await cursor.execute(statement.encode(), (list(persons), today))
        return {found.person: found for found in await cursor.fetchall()}


# In the order of the index, where there are many. A name may have two words that begin so: it is found once.
_COLLEAGUES: Final = f"""
    SELECT p.subject AS person, p.display_name, p.registered_at, p.ended_on
    FROM {NAME_STARTS.served} s JOIN {PERSONS.served} p ON p.subject = s.subject
    WHERE {{begins}} AND p.ended_on IS NULL AND s.subject NOT IN ({_PARKED}) AND NOT EXISTS (
        SELECT FROM {NAME_STARTS.served} e
        WHERE e.subject = s.subject AND e.word < s.word AND e.rest LIKE %(start)s)
    ORDER BY s.plain_name COLLATE "C", s.subject LIMIT %(limit)s
"""


async def colleagues(connection: psycopg.AsyncConnection, start: str, *, limit: int) -> list[Person]:
    """
    Return people who work here and have a word in their name that begins with `start`, by name.

    Case and accents do not matter. Parked people are left out.
    """
    plain = plain_name(start)
    if not plain:
        return []
    few = f"left(s.rest, {len(plain)}) = %(plain)s" if len(plain) in FEW_LETTERS else "s.rest LIKE %(start)s"
    values = {"plain": plain, "start": f"{plain}%", "limit": limit}
    async with connection.cursor(row_factory=class_row(Person)) as cursor:
        await cursor.execute(_COLLEAGUES.format(begins=few).encode(), values)
        return await cursor.fetchall()


async def role_grants(connection: psycopg.AsyncConnection) -> list[RoleGrant]:
    """Return every role that was not withdrawn, by role and then by the holder's name, nameless ones last."""
    async with connection.cursor(
        row_factory=kwargs_row(lambda **row: msgspec.convert(row, RoleGrant))
    ) as cursor:
        await cursor.execute(_GRANTS.encode())
        return await cursor.fetchall()


async def _persons(connection: psycopg.AsyncConnection, statement: str, *values: Any) -> list[Person]:
    async with connection.cursor(row_factory=class_row(Person)) as cursor:
        await cursor.execute(statement.encode(), values)
        return await cursor.fetchall()
