"""A view folded into plain dictionaries, fact by fact: no batches, no SQL."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, cast

from projections.changes import Changes
from projections.table import Table
from projections.view import Fact, View
from tests.projections.witness import ask

Row = dict[str, Any]


class Dictionaries:
    """Takes what a fold writes, at once and to the letter."""

    def __init__(self, partition: int, subject: str, tables: dict[str, dict[tuple[Any, ...], Row]]) -> None:
        self._place = {"partition": partition, "subject": subject}
        self._tables = tables

    def put(self, table: Table, **row: Any) -> None:
        row |= self._place
        assert row.keys() == {column.name for column in table.put_columns}
        self._tables[table.name][self._key(table, row)] = row

    def set(self, table: Table, **columns: Any) -> None:
        row = self._tables[table.name].get(self._key(table, columns))
        if row is not None:
            row |= columns

    def drop(self, table: Table, **key: Any) -> None:
        self._tables[table.name].pop(self._key(table, key), None)

    def drop_all(self, table: Table, **columns: Any) -> None:
        gone = (columns | self._place).items()
        rows = self._tables[table.name]
        for key in [key for key, row in rows.items() if gone <= row.items()]:
            del rows[key]

    def empty(self) -> None:
        for rows in self._tables.values():
            for key in [key for key, row in rows.items() if row["subject"] == self._place["subject"]]:
                del rows[key]

    def _key(self, table: Table, columns: Row) -> tuple[Any, ...]:
        return tuple((columns | self._place)[name] for name in table.key)


def folded(view: View, facts: Iterable[Fact]) -> dict[str, list[Row]]:
    """The rows that a view makes of facts, by table, in no particular order."""
    tables: dict[str, dict[tuple[Any, ...], Row]] = defaultdict(dict)
    for fact in facts:
        if fact.recorded.stream.partition("-")[0] in view.categories:
            view.fold(fact, cast("Changes", Dictionaries(fact.partition, fact.subject, tables)))
    return {
        table.name: [_read(table, row | _copied(table, row, tables)) for row in tables[table.name].values()]
        for table in view.tables
    }


def _copied(table: Table, row: Row, tables: dict[str, dict[tuple[Any, ...], Row]]) -> Row:
    """The columns of a row that follow another table."""
    found = {}
    for copied in table.copied:
        source = tables[copied.source.name].get(tuple(row[name] for name in copied.source.key), {})
        found[copied.column.name] = source.get(copied.column.name)
    return found


def served(url: str, view: View) -> dict[str, list[Row]]:
    """The rows in a view's tables, as `folded` gives them."""
    found = {}
    for table in view.tables:
        names = [column.name for column in table.all_columns]
        rows = ask(url, f"SELECT {', '.join(names)} FROM {table.served}")
        found[table.name] = [dict(zip(names, row, strict=True)) for row in rows]
    return found


def in_order(table: Table, rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: tuple(row[name] for name in table.key))


def _read(table: Table, row: Row) -> Row:
    """JSON comes back from PostgreSQL as what it says, and a list as a list."""
    documents = {column.name for column in table.columns if column.type == "jsonb"}
    return {
        name: json.loads(value) if name in documents and value is not None else value
        for name, value in row.items()
    }
