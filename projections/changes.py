"""The changes that a fold makes to rows, collected over a batch and written with few statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from contextlib import suppress
from functools import cache
from operator import itemgetter
from typing import Any, Final

import msgspec
import psycopg

from projections.table import Table

COPY_ROWS_MIN: Final = 200
"""Fewer rows are written by one INSERT instead of COPY, which takes more round trips."""

Row = dict[str, Any]


def as_json(value: object) -> str:
    """Return a value as a column of type jsonb takes it."""
    return msgspec.json.encode(value).decode()


class Changes:
    """
    What one batch changes in one partition of one view: one pending change per row, later ones merged in.

    `about` sets the subject of the calls that follow; a fold never writes another subject's rows.
    """

    def __init__(self, tables: tuple[Table, ...], partition: int) -> None:
        self._tables = tables
        self._partition = partition
        self._subject = ""
        self._emptied: set[str] = set()
        self._put: dict[str, dict[tuple[Any, ...], Row]] = defaultdict(dict)
        self._set: dict[str, dict[tuple[Any, ...], Row]] = defaultdict(dict)
        self._dropped: dict[str, dict[tuple[Any, ...], Row]] = defaultdict(dict)

    def about(self, subject: str) -> None:
        self._subject = subject

    def put(self, table: Table, **row: Any) -> None:
        """Write a whole row with all its columns, replacing a row with the same key."""
        row["partition"] = self._partition
        row["subject"] = self._subject
        key = tuple([row[name] for name in table.key])
        self._set[table.name].pop(key, None)
        self._dropped[table.name].pop(key, None)
        self._put[table.name][key] = row

    def set(self, table: Table, **columns: Any) -> None:
        """Change some columns of the row with that key, if there is one."""
        columns["subject"] = self._subject
        key = tuple([columns[name] for name in table.key])
        if key in self._dropped[table.name]:
            return
        pending = self._put[table.name].get(key) or self._set[table.name].setdefault(key, {})
        pending.update(columns)

    def drop(self, table: Table, **key_columns: Any) -> None:
        """Delete the row with that key."""
        key_columns["subject"] = self._subject
        key = tuple([key_columns[name] for name in table.key])
        self._put[table.name].pop(key, None)
        self._set[table.name].pop(key, None)
        self._dropped[table.name][key] = key_columns

    def empty(self) -> None:
        """Delete every row of the subject, in all tables of the view."""
        self._emptied.add(self._subject)
        for pending in (self._put, self._set, self._dropped):
            for rows in pending.values():
                for key in [key for key, row in rows.items() if row["subject"] == self._subject]:
                    del rows[key]

    def write(self, connection: psycopg.Connection, schema: str) -> None:
        """Write everything, in the caller's transaction."""
        for table in self._tables:
            if self._emptied:
                subjects = sorted(self._emptied)
                connection.execute(f"DELETE FROM {schema}.{table.name} WHERE subject = ANY(%s)", (subjects,))
            if dropped := self._dropped.get(table.name):
                _run(connection, _delete_sql(schema, table), table.key, dropped.values())
            if put := self._put.get(table.name):
                _write_rows(connection, schema, table, put.values())
            for names, rows in _by_columns(self._set.get(table.name, {}).values()):
                _run(connection, _update_sql(schema, table, names), names, rows)


def _write_rows(connection: psycopg.Connection, schema: str, table: Table, rows: Collection[Row]) -> None:
    """Write whole rows, many of them by COPY; if a key exists already, which is rare, by an upsert."""
    pipelined = connection.pgconn.pipeline_status != psycopg.pq.PipelineStatus.OFF  # it allows no COPY
    if len(rows) >= COPY_ROWS_MIN and not pipelined:
        with suppress(psycopg.errors.UniqueViolation), connection.transaction():
            _copy(connection, schema, table, rows)
            return
    _run(connection, _upsert_sql(schema, table), _names(table), rows)


def _copy(connection: psycopg.Connection, schema: str, table: Table, rows: Iterable[Row]) -> None:
    names = _names(table)
    values = itemgetter(*names)
    with connection.cursor().copy(f"COPY {schema}.{table.name} ({', '.join(names)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(values(row))


def _run(connection: psycopg.Connection, sql: str, names: tuple[str, ...], rows: Iterable[Row]) -> None:
    columns = zip(*[[row[name] for name in names] for row in rows], strict=True)
    connection.execute(sql.encode(), [list(column) for column in columns])


def _names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.all_columns)


def _by_columns(rows: Iterable[Row]) -> Iterable[tuple[tuple[str, ...], list[Row]]]:
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(sorted(row))].append(row)
    return groups.items()


def _unnest(table: Table, names: tuple[str, ...]) -> str:
    types = {column.name: column.type for column in table.all_columns}
    arrays = ", ".join(f"%b::{types[name]}[]" if types[name] != "jsonb" else "%s::jsonb[]" for name in names)
    return f"unnest({arrays}) AS u({', '.join(names)})"


@cache
def _upsert_sql(schema: str, table: Table) -> str:
    names = _names(table)
    rest = [name for name in names if name not in table.key]
    update = ", ".join(f"{name} = excluded.{name}" for name in rest)
    return (
        f"INSERT INTO {schema}.{table.name} ({', '.join(names)}) SELECT * FROM {_unnest(table, names)} "
        f"ON CONFLICT ({', '.join(table.key)}) DO UPDATE SET {update}"
    )


@cache
def _update_sql(schema: str, table: Table, names: tuple[str, ...]) -> str:
    update = ", ".join(f"{name} = u.{name}" for name in names if name not in table.key)
    where = " AND ".join(f"t.{name} = u.{name}" for name in table.key)
    return f"UPDATE {schema}.{table.name} t SET {update} FROM {_unnest(table, names)} WHERE {where}"


@cache
def _delete_sql(schema: str, table: Table) -> str:
    where = " AND ".join(f"t.{name} = u.{name}" for name in table.key)
    return f"DELETE FROM {schema}.{table.name} t USING {_unnest(table, table.key)} WHERE {where}"
