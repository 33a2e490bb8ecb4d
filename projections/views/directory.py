"""Who there is: people by name, and the roles they hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
import psycopg
from psycopg.rows import class_row

from events.catalog.employment import ProfessionalRegistered
from events.catalog.policy import RoleGranted
from events.codec import Forgotten
from projections.changes import Changes
from projections.view import Column, Fact, Table, View

_VERSION: Final = 1

PERSONS: Final = Table(
    name=f"directory_v{_VERSION}_persons",
    columns=(
        Column(name="display_name", type="text"),
        Column(name="registered_at", type="timestamptz"),
        Column(name="ended_at", type="timestamptz", nullable=True),
    ),
    key=("subject",),
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
    """A professional by name; `ended_at` once no longer employed."""

    person: str
    display_name: str
    registered_at: datetime
    ended_at: datetime | None


class RoleGrant(msgspec.Struct, frozen=True, kw_only=True):
    """A role in force; `role` is the name that rules/access.py knows."""

    organisation: str
    role_grant: str
    person: str
    role: str
    granted_at: datetime


def fold(fact: Fact, changes: Changes) -> None:
    """Keep one row a person and one a grant."""
    recorded = fact.recorded
    match recorded.event:
        case ProfessionalRegistered(name=name):
            changes.put(PERSONS, display_name=name, registered_at=recorded.at, ended_at=None)
        case RoleGranted(grant=grant, person=person, role=role):
            changes.put(ROLE_GRANTS, role_grant=grant, person=person, role=role, granted_at=recorded.at)
        case Forgotten():
            changes.empty()
        case _:  # facts of these streams that other views show
            pass


VIEW: Final = View(
    name="directory",
    version=_VERSION,
    categories=frozenset({"employment", "policy"}),
    tables=(PERSONS, ROLE_GRANTS),
    fold=fold,
)


async def persons_by_ids(connection: psycopg.AsyncConnection, persons: Sequence[str]) -> dict[str, Person]:
    """Return those of these people that are known, by id."""
    async with connection.cursor(row_factory=class_row(Person)) as cursor:
        await cursor.execute(
            f"SELECT subject AS person, display_name, registered_at, ended_at FROM {PERSONS.served}"
            " WHERE subject = ANY(%s)",
            (list(persons),),
        )
        return {person.person: person for person in await cursor.fetchall()}


async def person_by_id(connection: psycopg.AsyncConnection, person: str) -> Person | None:
    """Return one person, or None for who is unknown or forgotten."""
    return (await persons_by_ids(connection, [person])).get(person)


async def roles_of(connection: psycopg.AsyncConnection, person: str) -> list[RoleGrant]:
    """Return the roles a person was granted, by role."""
    async with connection.cursor(row_factory=class_row(RoleGrant)) as cursor:
        await cursor.execute(
            f"SELECT subject AS organisation, role_grant, person, role, granted_at FROM {ROLE_GRANTS.served}"
            " WHERE person = %s ORDER BY role, role_grant",
            (person,),
        )
        return await cursor.fetchall()
