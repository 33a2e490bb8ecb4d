"""Reads of portfolios, teams, agreements between two people, and sharings that are due to end."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final, TypeVar

import msgspec
import psycopg
from psycopg.rows import class_row, scalar_row

from kit.postgres.statements import Maybe, Select, Source
from projections.parking import parked_in
from projections.row_status import WithStatus, with_status
from projections.table import Table
from projections.views.profile.conversations import (
    AGREEMENTS,
    CONVERSATIONS,
    Agreement,
    AgreementRow,
    ConversationRow,
)
from projections.views.profile.energy import (
    ENERGY_SOURCES,
    PASSIONS,
    EnergySource,
    Passion,
)
from projections.views.profile.evidence import EVIDENCE, REFLECTIONS, Evidence, Reflection
from projections.views.profile.goals import (
    GOAL_CHANGES,
    GOALS,
    GoalChangeRow,
    GoalRow,
)
from projections.views.profile.insights import INSIGHTS, Insight
from projections.views.profile.life import (
    STATEMENTS,
    STATUS_CHANGES,
    VERSIONS,
    Statement,
    StatusRow,
    VersionRow,
)
from projections.views.profile.portfolio import VIEW, Portfolio, Rows, portfolio_at
from projections.views.profile.sharing import (
    CONSENTS,
    SHARINGS,
    ConsentRow,
    Sharing,
)
from projections.views.profile.talents import (
    READINGS,
    TALENTS,
    Reading,
    TalentRow,
)
from projections.views.profile.teams import MEMBERSHIPS
from rules.agreements import owner_of

T = TypeVar("T")
TO_CONFIRM_MAX: Final = 200
"""Agreements returned at once. Others write them, in any number; older ones follow as some are confirmed."""
_AS_OF: Final = "%(as_of)s::timestamptz"
_OLDEST_FIRST: Final = "ORDER BY ordinal"
_LAST: Final = "ORDER BY ordinal DESC LIMIT 1"


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """A person in a team; the team's name is in the view `organisation`."""

    person: str
    team: str
    joined_on: date


class DueSharing(msgspec.Struct, frozen=True, kw_only=True):
    """An open sharing whose last day is past."""

    owner: str
    sharing: str


class EndingSharing(msgspec.Struct, frozen=True, kw_only=True):
    """An open sharing that ends soon; `kind` is that of the item. Without people and team, with everybody."""

    owner: str
    sharing: str
    kind: str
    people: list[str]
    team: str | None
    until: date


def _part(
    name: str, table: Table, row: type[msgspec.Struct], began: str, which: str = _OLDEST_FIRST
) -> tuple[str, str]:
    """Return a part's name and its SQL: the rows that began by the moment, which is a column of theirs."""
    columns = ", ".join(row.__struct_fields__)
    by_then = f"{began} <= coalesce({_AS_OF}, 'infinity')"
    rows = f"SELECT {columns} FROM {table.served} WHERE subject = %(person)s AND {by_then} {which}"
    return name, f"'{name}', coalesce((SELECT json_agg(r) FROM ({rows}) r), '[]')"


_OPEN_THEN: Final = f"(ended_at IS NULL OR ended_at > {_AS_OF})"
# One statement sees one moment of the database, and one document takes one round trip.
_PARTS: Final = (
    _part("versions", VERSIONS, VersionRow, "at", "ORDER BY version DESC LIMIT 1"),
    _part("status_changes", STATUS_CHANGES, StatusRow, "at"),
    _part("statements", STATEMENTS, Statement, "written_at", _LAST),
    _part("talents", TALENTS, TalentRow, "claimed_at"),
    _part("readings", READINGS, Reading, "at"),
    _part("energy_sources", ENERGY_SOURCES, EnergySource, "noted_at"),
    _part("passions", PASSIONS, Passion, "named_at"),
    _part("evidence", EVIDENCE, Evidence, "added_at"),
    _part("reflections", REFLECTIONS, Reflection, "written_at"),
    _part("insights", INSIGHTS, Insight, "kept_at"),
    _part("goals", GOALS, GoalRow, "set_at"),
    _part("goal_changes", GOAL_CHANGES, GoalChangeRow, "at"),
    _part("conversations", CONVERSATIONS, ConversationRow, "planned_at"),
    _part("agreements", AGREEMENTS, AgreementRow, "made_at", f"{_OLDEST_FIRST}, place"),
    _part("sharings", SHARINGS, Sharing, "shared_at", f"AND {_OPEN_THEN} {_OLDEST_FIRST}"),
    _part("consents", CONSENTS, ConsentRow, "at", _LAST),
)
# Another text after each fact of the portfolio and after a rebuild: then the portfolio may be another one.
_KEY: Final = f"""
    SELECT version || ' ' || at::text || ' ' || xmin::text AS key
    FROM {VERSIONS.served} WHERE subject = %(person)s ORDER BY version DESC LIMIT 1
"""
_WHETHER_OPENED: Final = frozenset({"versions", "status_changes"})
_ROWS: Final = msgspec.json.Decoder(Rows)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a portfolio, as JSON, and their key: while it is the same, so are the rows of now."""

    key: str | None
    rows: msgspec.Raw

    def portfolio(self, person: str, as_of: datetime | None = None) -> Portfolio | None:
        """Return the portfolio that the rows are of; None if it was not opened by then."""
        return portfolio_at(person, _ROWS.decode(self.rows), as_of)


@cache
def document(parts: frozenset[str] | None = None) -> Select[WithStatus[Document]]:
    """Return the statement of these parts of a `person`'s portfolio, or of all, `as_of` a moment or now."""
    chosen = [sql for name, sql in _PARTS if parts is None or name in parts | _WHETHER_OPENED]
    rows = f"SELECT json_build_object('key', ({_KEY}), 'rows', json_build_object({', '.join(chosen)}))"
    return with_status(VIEW, rows, Document, subject="%(person)s")


DOCUMENT_KEY: Final = with_status(VIEW, f"SELECT to_json(key) FROM ({_KEY}) k", Maybe, subject="%(person)s")
"""Of the document of a `person` now; fifteen parts of a document take long to plan and to begin."""
_KEYS: Final = Select(
    f"""
    SELECT coalesce(json_object_agg(asked.person, k.key), '{{}}')
    FROM unnest(%(persons)s::text[]) asked(person)
    CROSS JOIN LATERAL ({_KEY.replace("%(person)s", "asked.person")}) k
    """,
    dict[str, str],
)


async def portfolio_of(
    source: Source, person: str, as_of: datetime | None = None, *, parts: frozenset[str] | None = None
) -> Portfolio | None:
    """
    Return a person's portfolio, now or at a moment; None if it was not opened by then.

    With `parts`, fields of `Rows`, it has only what these parts make, and everything else is empty.
    """
    found = await document(parts).read(person=person, as_of=as_of).of(source)
    return found.rows.portfolio(person, as_of)


async def document_keys(source: Source, persons: Sequence[str]) -> dict[str, str]:
    """Return the keys of people's documents now, by person; of one without a portfolio there is none."""
    return await _KEYS.read(persons=persons).of(source)


_LANGUAGE: Final = f"""
    SELECT language FROM {STATUS_CHANGES.served}
    WHERE subject = %(person)s AND language IS NOT NULL ORDER BY ordinal DESC LIMIT 1
""".encode()


async def language_of(connection: psycopg.AsyncConnection, person: str) -> str | None:
    """Return the language, nl or en, in which a portfolio was opened; None if it was not opened."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_LANGUAGE, {"person": person})
        language: str | None = await cursor.fetchone()
        return language


# A parked owner's agreements are not shown to others; in a closed portfolio nothing can be confirmed.
_AGREEMENTS: Final = f"""
    SELECT a.agreement, a.subject AS owner, a.held_on, a.text, a.confirmed_at
    FROM {CONVERSATIONS.served} c JOIN {AGREEMENTS.served} a USING (subject, conversation)
    WHERE c.other = %(other)s AND c.subject NOT IN ({parked_in(VIEW)})
"""
_TO_CONFIRM: Final = f"""{_AGREEMENTS}
    AND a.confirmed_at IS NULL AND NOT EXISTS (
        SELECT FROM {STATUS_CHANGES.served} s WHERE s.subject = c.subject AND s.state = 'CLOSED')
    ORDER BY a.held_on DESC, a.ordinal DESC, a.place, a.subject
    LIMIT {TO_CONFIRM_MAX}
"""
_ONE_AGREEMENT: Final = f"{_AGREEMENTS} AND a.subject = %(owner)s AND a.agreement = %(agreement)s"


async def agreements_to_confirm(connection: psycopg.AsyncConnection, other: str) -> list[Agreement]:
    """Return the newest agreements that `other` has not confirmed yet, newest first."""
    return await _all(connection, Agreement, _TO_CONFIRM, other=other)


async def agreement_for(connection: psycopg.AsyncConnection, other: str, agreement: str) -> Agreement | None:
    """Return an agreement if `other` is the other party of its conversation, else None."""
    values = {"other": other, "agreement": agreement, "owner": owner_of(agreement)}
    found = await _all(connection, Agreement, _ONE_AGREEMENT, **values)
    return found[0] if found else None


async def teams_of(connection: psycopg.AsyncConnection, person: str) -> list[Membership]:
    """Return a person's memberships, earliest first."""
    return await _memberships(connection, "WHERE subject = %(of)s", person)


async def members_of(connection: psycopg.AsyncConnection, team: str) -> list[Membership]:
    """Return a team's memberships, earliest first."""
    return await _memberships(connection, "WHERE team = %(of)s", team)


async def members_of_teams(connection: psycopg.AsyncConnection, teams: Sequence[str]) -> dict[str, list[str]]:
    """Return the people in each of these teams that has any, earliest first, without those who are parked."""
    where = f"WHERE team = ANY(%(of)s) AND subject NOT IN ({parked_in(VIEW)})"
    found: dict[str, list[str]] = {}
    for member in await _memberships(connection, where, list(teams)):
        found.setdefault(member.team, []).append(member.person)
    return found


async def memberships(connection: psycopg.AsyncConnection) -> list[Membership]:
    """Return the memberships of everybody."""
    return await _memberships(connection, "", None)


async def _memberships(connection: psycopg.AsyncConnection, where: str, of: object) -> list[Membership]:
    statement = (
        f"SELECT subject AS person, team, joined_on FROM {MEMBERSHIPS.served} {where}"
        " ORDER BY joined_on, team, subject"
    )
    return await _all(connection, Membership, statement, of=of)


_DUE: Final = f"""
    SELECT subject AS owner, sharing FROM {SHARINGS.served}
    WHERE ended_at IS NULL AND until < %(today)s
    ORDER BY until, owner, sharing LIMIT %(limit)s
"""


async def sharings_to_end(connection: psycopg.AsyncConnection, today: date, limit: int) -> list[DueSharing]:
    """Return open sharings whose last day is past, longest overdue first."""
    return await _all(connection, DueSharing, _DUE, today=today, limit=limit)


# One that was open for a shorter time than that from the start is not asked about: its owner just chose it.
_ENDING: Final = f"""
    SELECT subject AS owner, sharing, kind, people, team, until FROM {SHARINGS.served}
    WHERE ended_at IS NULL AND until BETWEEN %(today)s AND %(today)s + %(days)s
        AND shared_at <= until - %(days)s AND subject NOT IN ({parked_in(VIEW)})
    ORDER BY until, owner, sharing
"""


async def sharings_ending(
    connection: psycopg.AsyncConnection, today: date, *, days: int
) -> list[EndingSharing]:
    """Return open sharings whose last day is at most so many days ahead; those parked are left out."""
    return await _all(connection, EndingSharing, _ENDING, today=today, days=days)


async def _all(connection: psycopg.AsyncConnection, row: type[T], statement: str, **values: Any) -> list[T]:
    async with connection.cursor(row_factory=class_row(row)) as cursor:
        await cursor.execute(statement.encode(), values)
        return await cursor.fetchall()
