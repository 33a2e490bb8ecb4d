"""The changes that a fold makes to rows, collected over a batch and written with few statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from contextlib import suppress
from functools import cache
from operator import itemgetter
from typing import Any, Final

import msgspec
import psycopg

from projections.table import Copied, Table

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
        self._all_dropped: dict[str, list[Row]] = defaultdict(list)

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

    def drop_all(self, table: Table, **columns: Any) -> None:
        """Delete every row of the subject that has these values in columns of the key."""
        columns["subject"] = self._subject
        places = [(table.key.index(name), value) for name, value in columns.items()]
        for pending in (self._put[table.name], self._set[table.name]):
            for key in [key for key in pending if all(key[place] == value for place, value in places)]:
                del pending[key]
        self._all_dropped[table.name].append(columns)

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
            dropped = [*self._dropped.get(table.name, {}).values(), *self._all_dropped.get(table.name, ())]
            for names, rows in _by_columns(dropped):
                _run(connection, _delete_sql(schema, table, names), names, rows)
            if put := self._put.get(table.name):
                _write_rows(connection, schema, table, put.values())
            for names, rows in _by_columns(self._set.get(table.name, {}).values()):
                _run(connection, _update_sql(schema, table, names), names, rows)
        for table in self._tables:
            for copied in table.copied:
                if rows := self._sources_of(table, copied):
                    _run(connection, _copy_sql(schema, table, copied), copied.source.key, rows)

    def _sources_of(self, table: Table, copied: Copied) -> list[Row]:
        """Return the keys of the rows of the source whose value may not be in the copies yet."""
        names, column = copied.source.key, copied.column.name
        source = copied.source.name
        changed = [
            *self._put[table.name].values(),
            *self._put[source].values(),
            *(row for row in self._set[source].values() if column in row),
            *self._dropped[source].values(),
            *self._all_dropped[source],
        ]
        keys = sorted({tuple([row[name] for name in names]) for row in changed})
        return [dict(zip(names, key, strict=True)) for key in keys]


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
    return tuple(column.name for column in table.put_columns)


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
def _delete_sql(schema: str, table: Table, names: tuple[str, ...]) -> str:
    where = " AND ".join(f"t.{name} = u.{name}" for name in names)
    return f"DELETE FROM {schema}.{table.name} t USING {_unnest(table, names)} WHERE {where}"


@cache
def _copy_sql(schema: str, table: Table, copied: Copied) -> str:
    name, key, source = copied.column.name, copied.source.key, f"{schema}.{copied.source.name}"
    where = " AND ".join(f"t.{part} = u.{part}" for part in key)
    return (
        f"UPDATE {schema}.{table.name} t SET {name} = s.{name}"
        f" FROM {_unnest(copied.source, key)} LEFT JOIN {source} s USING ({', '.join(key)})"
        f" WHERE {where} AND t.{name} IS DISTINCT FROM s.{name}"
    )
