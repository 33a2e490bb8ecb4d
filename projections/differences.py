"""How two builds of a view differ: which tables and partitions, and which rows there."""

from typing import Final

import msgspec
import psycopg

from projections.table import REBUILD_SCHEMA, SCHEMA, Table
from projections.view import View

ROWS_NAMED_MAX: Final = 20
"""Rows that are named for each table and partition that differs."""


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """The content of one table in one partition: how many rows, and the sum of the hashes of the rows."""

    table: str
    partition: int
    rows: int
    digest: str


class RowDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is `missing` in the view in use, `added` there, or `changed`; `key` is its primary key."""

    subject: str
    key: tuple[str, ...]
    kind: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """
    A table and partition in which the two builds differ at equal positions.

    `rows` names up to ROWS_NAMED_MAX of the rows: by the subject and the key, never by what is in them.
    """

    table: str
    partition: int
    rows_served: int
    rows_rebuilt: int
    rows: tuple["RowDifference", ...] = ()


def contents(
    connection: psycopg.Connection, view: View, *, schema: str = SCHEMA, without: frozenset[str] = frozenset()
) -> list[Content]:
    """Return the content of each table in each partition, without the rows of the subjects in `without`."""
    return [
        Content(table=table.name, partition=partition, rows=rows, digest=str(digest))
        for table in view.tables
        for partition, rows, digest in connection.execute(
            "SELECT partition, count(*), sum(hashtextextended(t::text, 0)::numeric)"
            f" FROM {schema}.{table.name} t WHERE subject <> ALL(%s) GROUP BY partition ORDER BY partition",
            (sorted(without),),
        )
    ]


def differences(
    served: psycopg.Connection,
    rebuilt: psycopg.Connection,
    view: View,
    *,
    without: frozenset[str] = frozenset(),
) -> tuple[int, tuple[Difference, ...]]:
    """Return how many rows were compared, and how the two builds differ, without these subjects."""
    theirs = _by_table(contents(served, view, without=without))
    ours = _by_table(contents(rebuilt, view, schema=REBUILD_SCHEMA, without=without))
    tables = {table.name: table for table in view.tables}
    found = tuple(
        Difference(
            table=name,
            partition=partition,
            rows_served=_rows(theirs, name, partition),
            rows_rebuilt=_rows(ours, name, partition),
            rows=_named(served, rebuilt, tables[name], partition, without),
        )
        for name, partition in sorted(theirs.keys() | ours.keys())
        if theirs.get((name, partition)) != ours.get((name, partition))
    )
    return sum(content.rows for content in ours.values()), found


def _named(
    served: psycopg.Connection,
    rebuilt: psycopg.Connection,
    table: Table,
    partition: int,
    without: frozenset[str],
) -> tuple[RowDifference, ...]:
    theirs = _hashes(served, table, SCHEMA, partition, without)
    ours = _hashes(rebuilt, table, REBUILD_SCHEMA, partition, without)
    named = []
    for row in sorted(theirs.keys() | ours.keys()):
        if theirs.get(row) != ours.get(row):
            kind = "changed" if row in theirs and row in ours else "added" if row in theirs else "missing"
            named.append(RowDifference(subject=row[0], key=row[1:], kind=kind))
    return tuple(named[:ROWS_NAMED_MAX])


def _hashes(
    connection: psycopg.Connection, table: Table, schema: str, partition: int, without: frozenset[str]
) -> dict[tuple[str, ...], int]:
    """Return a hash of each row, by subject and key. Only for a partition that differs: it is all of it."""
    key = ", ".join(f"{name}::text" for name in table.key)
    rows = connection.execute(
        f"SELECT hashtextextended(t::text, 0), subject, {key} FROM {schema}.{table.name} t"
        " WHERE partition = %s AND subject <> ALL(%s)",
        (partition, sorted(without)),
    )
    return {tuple(names): number for number, *names in rows}


def _by_table(found: list[Content]) -> dict[tuple[str, int], Content]:
    return {(content.table, content.partition): content for content in found}


def _rows(by_table: dict[tuple[str, int], Content], table: str, partition: int) -> int:
    content = by_table.get((table, partition))
    return content.rows if content else 0
