"""The current shared terms for talents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import psycopg
from psycopg.rows import class_row, scalar_row

from events.catalog.catalogue import (
    TermAdopted,
    TermAligned,
    TermProposed,
    TermRetired,
    TermReworded,
    TermsMerged,
)
from kit.postgres.statements import Maybe, Select, Source, both
from projections.changes import Changes
from projections.table import Column, Table
from projections.view import Fact, View
from rules.clusters import TermState
from rules.names import plain_name

_VERSION: Final = 3

CATALOGUES: Final = Table(
    name=f"catalogue_v{_VERSION}_catalogues",
    columns=(Column(name="version", type="bigint"),),
    key=("subject",),
)
TERMS: Final = Table(
    name=f"catalogue_v{_VERSION}_terms",
    columns=(
        Column(name="term", type="text"),
        Column(name="nl", type="text"),
        Column(name="en", type="text"),
        Column(name="plain_nl", type="text"),
        Column(name="plain_en", type="text"),
        Column(name="cluster", type="text"),
        Column(name="state", type="text"),
        Column(name="list", type="text", nullable=True),
        Column(name="esco", type="text", nullable=True),
        Column(name="merged_into", type="text", nullable=True),
        Column(name="changed_at", type="timestamptz"),
    ),
    key=("term",),
)


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """
    A shared term; `cluster` is one of rules/clusters.py, `merged_into` the term shown in its place.

    `changed_at` is the moment of the last fact about it; that another was merged into it is one.
    """

    term: str
    nl: str
    en: str
    cluster: str
    state: TermState
    esco: str | None
    merged_into: str | None
    changed_at: datetime


def fold(fact: Fact, changes: Changes) -> None:
    """Keep one row per term, and the version of their stream."""
    changes.put(CATALOGUES, version=fact.recorded.version)
    at = {"changed_at": fact.recorded.at}
    match fact.recorded.event:
        case TermProposed(term=term, nl=nl, en=en):
            about = {"cluster": fact.recorded.event.cluster, "list": fact.recorded.event.list}
            nothing = {"esco": None, "merged_into": None}
            changes.put(TERMS, term=term, state="PROPOSED", **_words(nl, en), **about, **nothing, **at)
        case TermAdopted(term=term):
            changes.set(TERMS, term=term, state="ADOPTED", **at)
        case TermReworded(term=term, nl=nl, en=en):
            changes.set(TERMS, term=term, **_words(nl, en), **at)
        case TermsMerged(terms=terms, into=into):
            changes.set(TERMS, term=into, **at)
            for term in terms:
                changes.set(TERMS, term=term, state="MERGED", merged_into=into, **at)
        case TermRetired(term=term):
            changes.set(TERMS, term=term, state="RETIRED", **at)
        case TermAligned(term=term, esco=esco):
            changes.set(TERMS, term=term, esco=esco, **at)
        case _:  # an event of a newer program
            pass


def _words(nl: str, en: str) -> dict[str, str]:
    return {"nl": nl, "en": en, "plain_nl": plain_name(nl), "plain_en": plain_name(en)}


VIEW: Final = View(
    name="catalogue",
    version=_VERSION,
    categories=frozenset({"catalogue"}),
    tables=(CATALOGUES, TERMS),
    fold=fold,
)

_COLUMNS: Final = ", ".join(Term.__struct_fields__)
_PAGE: Final = f"""
    SELECT {_COLUMNS} FROM {TERMS.served}
    WHERE state = %(state)s AND (%(cluster)s::text IS NULL OR cluster = %(cluster)s)
        AND (' ' || plain_nl LIKE %(start)s OR ' ' || plain_en LIKE %(start)s)
        AND (%(after)s::text IS NULL
             OR (plain_nl COLLATE "C", term COLLATE "C") > (%(after_words)s, %(after)s))
    ORDER BY plain_nl COLLATE "C", term COLLATE "C" LIMIT %(limit)s
"""
_ADOPTED_AND: Final = f"""
    SELECT {_COLUMNS} FROM {TERMS.served} WHERE state = 'ADOPTED' OR term = ANY(%(terms)s)
    ORDER BY plain_nl COLLATE "C", term COLLATE "C"
"""
_OF_WORKING_GROUP: Final = f"""
    SELECT {_COLUMNS} FROM {TERMS.served}
    WHERE state = 'ADOPTED' AND list IS NULL AND (%(cluster)s::text IS NULL OR cluster = %(cluster)s)
    ORDER BY plain_nl COLLATE "C", term COLLATE "C"
"""
_MERGED: Final = f"SELECT term, merged_into FROM {TERMS.served} WHERE merged_into IS NOT NULL"
_READING_AS: Final = f"""
    SELECT term FROM {TERMS.served} WHERE coalesce(merged_into, term) IN (
        SELECT coalesce(merged_into, term) FROM {TERMS.served} WHERE term = %(term)s)
"""


class _ReadAs(Term, frozen=True, kw_only=True):
    asked: str


_READ_AS: Final = Select(
    f"""
    SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT asked.term AS asked, {", ".join(f"kept.{name}" for name in Term.__struct_fields__)}
        FROM {TERMS.served} asked
        JOIN {TERMS.served} kept ON kept.term = coalesce(asked.merged_into, asked.term)
        WHERE asked.term = ANY(%(terms)s::text[])) r
    """,
    list[_ReadAs],
)
VERSION_KEY: Final = Select(
    f"SELECT to_json(version || ' ' || xmin::text) FROM {CATALOGUES.served} LIMIT 1", Maybe
)
"""Another text after each fact about terms, and after a rebuild: then terms may have other words."""
_READ_AS_WITH_KEY: Final = both(_READ_AS, VERSION_KEY)


async def version(connection: psycopg.AsyncConnection) -> int:
    """Return the version of the catalogue's stream, 0 before the first term."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(f"SELECT version FROM {CATALOGUES.served} LIMIT 1")
        return int(await cursor.fetchone() or 0)


async def terms(
    connection: psycopg.AsyncConnection,
    *,
    state: TermState,
    cluster: str | None = None,
    search: str = "",
    after: tuple[str, str] | None = None,
    limit: int,
) -> list[Term]:
    """
    Return a page of terms in a state, ordered by their Dutch label without case and accents.

    `search` is the beginning of one or more words in either language; `after` is the Dutch label and the id
    of the last term of the previous page.
    """
    label, term = after or (None, None)
    values = {
        "state": state,
        "cluster": cluster,
        "start": f"% {plain_name(search)}%",
        "after": term,
        "after_words": plain_name(label or ""),
        "limit": limit,
    }
    return await _all(connection, Term, _PAGE, values)


async def adopted_and(connection: psycopg.AsyncConnection, ids: Sequence[str]) -> list[Term]:
    """Return the adopted terms and those with these ids, whatever became of them, by their Dutch label."""
    return await _all(connection, Term, _ADOPTED_AND, {"terms": list(ids)})


async def terms_read_as(source: Source, ids: Sequence[str]) -> dict[str, Term]:
    """Return the terms to show for these ids, by the ids: the terms themselves, unless they were merged."""
    if not ids:
        return {}
    return {read.asked: read for read in await _READ_AS.read(terms=list(ids)).of(source)}


async def terms_with_key(source: Source, ids: Sequence[str]) -> tuple[dict[str, Term], str | None]:
    """Return what `terms_read_as` does, and VERSION_KEY at the same moment."""
    found, key = await _READ_AS_WITH_KEY.read(terms=list(ids)).of(source)
    return {read.asked: read for read in found}, key


async def terms_of_working_group(
    connection: psycopg.AsyncConnection, *, cluster: str | None = None
) -> list[Term]:
    """Return the adopted terms that the working group wrote, none of a loaded list, by their Dutch label."""
    return await _all(connection, Term, _OF_WORKING_GROUP, {"cluster": cluster})


async def merged_terms(connection: psycopg.AsyncConnection) -> dict[str, str]:
    """Return all terms that were merged, each with the term that is shown in its place."""
    async with connection.cursor() as cursor:
        await cursor.execute(_MERGED.encode())
        return dict(await cursor.fetchall())


async def terms_reading_as(connection: psycopg.AsyncConnection, term: str) -> list[str]:
    """Return all terms that are shown as the same one as this: it, those merged with it, and that one."""
    async with connection.cursor(row_factory=scalar_row) as cursor:
        await cursor.execute(_READING_AS.encode(), {"term": term})
        return await cursor.fetchall()


async def _all(
    connection: psycopg.AsyncConnection, row: type[Any], statement: str, values: dict[str, Any]
) -> list[Any]:
    async with connection.cursor(row_factory=class_row(row)) as cursor:
        await cursor.execute(statement.encode(), values)
        return await cursor.fetchall()
