"""The changes that a fold makes to rows, collected over a batch and written with few statements."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cache, partial
from operator import itemgetter
from typing import Any, Final, NamedTuple

import msgspec
import psycopg

from kit.postgres.statements import as_array, as_text
from kit.postgres.trips import Statement
from projections.table import Copied, Table, UnsendableValueError, arrays, binary_arrays, one_row

COPY_ROWS_MIN: Final = 200
"""Fewer rows are written by one INSERT instead of COPY, which takes more round trips."""

Row = dict[str, Any]
_Rows = Callable[[Table, tuple[str, ...]], str]
"""Gives rows of a table's columns, named `u`, in SQL."""

_INTEGERS_BELOW: Final = {"smallint": 2**15, "integer": 2**31}
_JSONB_VERSION: Final = b"\x01"
_BINARY_TYPES: Final = {"jsonb": "bytea"}
"""What the client is to take a value for, where its own form for the type would encode our text once more."""
_NOT_SENT: Final = (TypeError, ValueError, OverflowError, AttributeError)
"""The client's errors for a value that it can't send as a column's type; half a character is a ValueError."""


def as_json(value: object) -> str:
    """Return a value as a column of type jsonb takes it."""
    return msgspec.json.encode(value).decode()


class _Step(NamedTuple):
    """A statement with its rows; rows to put have their `table`."""

    statement: Callable[[_Rows], bytes]
    names: tuple[str, ...]
    rows: Sequence[Row]
    table: Table | None = None


class _Pending:
    """What is to be done in one table, by the row's key: rows to put, columns to set, rows to drop."""

    __slots__ = ("all_dropped", "dropped", "key_of", "put", "set")

    def __init__(self, table: Table) -> None:
        self.key_of: Callable[[Row], Hashable] = itemgetter(*table.key)
        self.put: dict[Hashable, Row] = {}
        self.set: dict[Hashable, Row] = {}
        self.dropped: dict[Hashable, Row] = {}
        self.all_dropped: list[Row] = []


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
        self._pending: dict[Table, _Pending] = {}

    def about(self, subject: str) -> None:
        self._subject = subject

    def put(self, table: Table, **row: Any) -> None:
        """Write a whole row with all its columns, replacing a row with the same key."""
        row["partition"] = self._partition
        row["subject"] = self._subject
        pending = self._pending.get(table) or self._begin(table)
        key = pending.key_of(row)
        if pending.set:
            pending.set.pop(key, None)
        if pending.dropped:
            pending.dropped.pop(key, None)
        pending.put[key] = row

    def set(self, table: Table, **columns: Any) -> None:
        """Change some columns of the row with that key, if there is one."""
        columns["subject"] = self._subject
        pending = self._pending.get(table) or self._begin(table)
        key = pending.key_of(columns)
        if key in pending.dropped:
            return
        row = pending.put.get(key) or pending.set.setdefault(key, {})
        row.update(columns)

    def drop(self, table: Table, **key_columns: Any) -> None:
        """Delete the row with that key."""
        key_columns["subject"] = self._subject
        pending = self._pending.get(table) or self._begin(table)
        key = pending.key_of(key_columns)
        pending.put.pop(key, None)
        pending.set.pop(key, None)
        pending.dropped[key] = key_columns

    def drop_all(self, table: Table, **columns: Any) -> None:
        """Delete every row of the subject that has these values in columns of the key."""
        columns["subject"] = self._subject
        pending = self._pending.get(table) or self._begin(table)
        for rows in (pending.put, pending.set):
            for key in [key for key, row in rows.items() if columns.items() <= row.items()]:
                del rows[key]
        pending.all_dropped.append(columns)

    def empty(self) -> None:
        """Delete every row of the subject, in all tables of the view."""
        self._emptied.add(self._subject)
        for pending in self._pending.values():
            for rows in (pending.put, pending.set, pending.dropped):
                for key in [key for key, row in rows.items() if row["subject"] == self._subject]:
                    del rows[key]

    def write(self, connection: psycopg.Connection, schema: str) -> None:
        """Write everything, in the caller's transaction."""
        for step in self._steps(schema):
            if step.table is not None:
                _write_rows(connection, schema, step.table, step)
            else:
                _run(connection, step)

    def statements(self, schema: str) -> list[Statement]:
        """Return what writes everything, to be run together in a transaction. Raises psycopg.DataError."""
        return [_statement(step) for step in self._steps(schema)]

    def _steps(self, schema: str) -> Iterator[_Step]:
        for table in self._tables:
            if self._emptied:
                rows = [{"subject": subject} for subject in sorted(self._emptied)]
                yield _Step(partial(_delete_sql, schema, table, ("subject",)), ("subject",), rows)
            if (pending := self._pending.get(table)) is None:
                continue
            for names, rows in _by_columns([*pending.dropped.values(), *pending.all_dropped]):
                yield _Step(partial(_delete_sql, schema, table, names), names, rows)
            if pending.put:
                rows = list(pending.put.values())
                yield _Step(partial(_upsert_sql, schema, table), _names(table), rows, table)
            for names, rows in _by_columns(pending.set.values()):
                yield _Step(partial(_update_sql, schema, table, names), names, rows)
        for table in self._tables:
            for copied in table.copied:
                if rows := self._sources_of(table, copied):
                    yield _Step(partial(_copy_sql, schema, table, copied), copied.source.key, rows)

    def _begin(self, table: Table) -> _Pending:
        return self._pending.setdefault(table, _Pending(table))

    def _sources_of(self, table: Table, copied: Copied) -> list[Row]:
        """Return the keys of the rows of the source whose value may not be in the copies yet."""
        names, column = copied.source.key, copied.column.name
        changed: list[Row] = []
        if (pending := self._pending.get(table)) is not None:
            changed += pending.put.values()
        if (source := self._pending.get(copied.source)) is not None:
            changed += source.put.values()
            changed += (row for row in source.set.values() if column in row)
            changed += source.dropped.values()
            changed += source.all_dropped
        keys = sorted({tuple([row[name] for name in names]) for row in changed})
        return [dict(zip(names, key, strict=True)) for key in keys]


def _write_rows(connection: psycopg.Connection, schema: str, table: Table, step: _Step) -> None:
    """
    Write whole rows, many of them by COPY.

    What COPY can't take is written by an upsert, with PostgreSQL's own word for what is wrong: rows whose key
    exists already, which is rare, and values that are not of their column's type.
    """
    if len(step.rows) >= COPY_ROWS_MIN:
        with suppress(psycopg.errors.UniqueViolation, *_NOT_SENT):
            _check_integers(table, step.rows)
            with connection.transaction():
                _copy(connection, schema, table, step.rows)
            return
    _run(connection, step)


def _check_integers(table: Table, rows: Iterable[Row]) -> None:
    """Raise OverflowError for integers that don't fit: the client's binary form of them would be cut."""
    for column in table.columns:
        if limit := _INTEGERS_BELOW.get(column.type):
            values = [value for row in rows if (value := row[column.name]) is not None]
            if values and not (max(values) < limit and min(values) >= -limit):
                raise OverflowError(column.name)


def _copy(connection: psycopg.Connection, schema: str, table: Table, rows: Iterable[Row]) -> None:
    """Copy in the binary format, which takes a third of the text format's processor time."""
    names = _names(table)
    values: Callable[[Row], Sequence[Any]] = itemgetter(*names)
    if documents := [column.name for column in table.columns if column.type == "jsonb"]:
        rows = [row | {name: _binary_document(row[name]) for name in documents} for row in rows]
    statement = f"COPY {schema}.{table.name} ({', '.join(names)}) FROM STDIN (FORMAT binary)"
    with connection.cursor().copy(statement) as copy:
        copy.set_types([_BINARY_TYPES.get(column.type, column.type) for column in table.put_columns])
        for row in rows:
            copy.write_row(values(row))


def _binary_document(text: str | None) -> bytes | None:
    return None if text is None else _JSONB_VERSION + text.encode()


def _run(connection: psycopg.Connection, step: _Step) -> None:
    """Run a step with an array for each column. Raises UnsendableValueError."""
    columns = [[row[name] for row in step.rows] for name in step.names]
    try:
        connection.execute(step.statement(binary_arrays), columns)
    except (*_NOT_SENT, psycopg.ProgrammingError) as error:
        if isinstance(error, psycopg.Error) and error.sqlstate:  # of our statement or tables, not of a value
            raise
        # Without the cause, whose message may quote the value.
        raise UnsendableValueError(type(error).__name__) from None


def _statement(step: _Step) -> Statement:
    """
    Return a step with its values as text; of one row, as one command makes them, without arrays.

    Raises UnsendableValueError, and psycopg.DataError for a text that PostgreSQL can't have.
    """
    try:
        if len(step.rows) == 1:
            row = step.rows[0]
            return Statement(step.statement(one_row), [as_text(row[name]) for name in step.names])
        columns = [as_array([row[name] for row in step.rows]) for name in step.names]
        return Statement(step.statement(arrays), columns)
    except _NOT_SENT as error:
        raise UnsendableValueError(type(error).__name__) from None


def _names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.put_columns)


def _by_columns(rows: Iterable[Row]) -> Iterable[tuple[tuple[str, ...], list[Row]]]:
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(sorted(row))].append(row)
    return groups.items()


@cache
def _upsert_sql(schema: str, table: Table, rows: _Rows) -> bytes:
    names = _names(table)
    rest = [name for name in names if name not in table.key]
    update = ", ".join(f"{name} = excluded.{name}" for name in rest)
    return (
        f"INSERT INTO {schema}.{table.name} ({', '.join(names)}) SELECT * FROM {rows(table, names)} "
        f"ON CONFLICT ({', '.join(table.key)}) DO UPDATE SET {update}"
    ).encode()


@cache
def _update_sql(schema: str, table: Table, names: tuple[str, ...], rows: _Rows) -> bytes:
    update = ", ".join(f"{name} = u.{name}" for name in names if name not in table.key)
    where = " AND ".join(f"t.{name} = u.{name}" for name in table.key)
    return f"UPDATE {schema}.{table.name} t SET {update} FROM {rows(table, names)} WHERE {where}".encode()


@cache
def _delete_sql(schema: str, table: Table, names: tuple[str, ...], rows: _Rows) -> bytes:
    where = " AND ".join(f"t.{name} = u.{name}" for name in names)
    return f"DELETE FROM {schema}.{table.name} t USING {rows(table, names)} WHERE {where}".encode()


@cache
def _copy_sql(schema: str, table: Table, copied: Copied, rows: _Rows) -> bytes:
    name, key, source = copied.column.name, copied.source.key, f"{schema}.{copied.source.name}"
    where = " AND ".join(f"t.{part} = u.{part}" for part in key)
    return (
        f"UPDATE {schema}.{table.name} t SET {name} = s.{name}"
        f" FROM {rows(copied.source, key)} LEFT JOIN {source} s USING ({', '.join(key)})"
        f" WHERE {where} AND t.{name} IS DISTINCT FROM s.{name}"
    ).encode()
