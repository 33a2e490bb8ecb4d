"""Every table of a database: read whole, kept as a backup, restored, and searched for words."""

import base64
from collections.abc import Iterable, Mapping
from typing import Any

import psycopg
from psycopg import sql

Rows = Mapping[str, list[dict[str, Any]]]

_TABLES = """
SELECT schemaname, tablename FROM pg_tables
WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2
"""
OF_WORKERS = {"seen_at"}
"""Columns that say when a worker was last seen, whatever it read."""
LEASES = "leases"


def every_table(url: str) -> Rows:
    """Return the rows of every table there is, by schema and table, in an order that the content gives."""
    with psycopg.connect(url, autocommit=True) as conn:
        return {f"{schema}.{table}": _rows(conn, schema, table) for schema, table in _names(conn)}


def _names(conn: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    return conn.execute(_TABLES).fetchall()


def _rows(conn: psycopg.Connection[Any], schema: str, table: str) -> list[dict[str, Any]]:
    cursor = conn.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, table)))
    names = [column.name for column in cursor.description or ()]
    return sorted((dict(zip(names, row, strict=True)) for row in cursor.fetchall()), key=str)


def without_workers(rows: Rows) -> Rows:
    """Return the rows without what changes while nothing happens."""
    return {
        table: [{name: value for name, value in row.items() if name not in OF_WORKERS} for row in found]
        for table, found in rows.items()
        if LEASES not in table
    }


def copied(url: str, tables: Iterable[str]) -> dict[str, bytes]:
    """Return a backup of these tables."""
    backup = {}
    with psycopg.connect(url) as conn, conn.cursor() as cursor:
        for table in tables:
            statement = sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(sql.Identifier(table))
            with cursor.copy(statement) as copy:
                backup[table] = b"".join(map(bytes, copy))
    return backup


def restored(backup: Mapping[str, bytes], url: str) -> None:
    """Put a backup into tables that are there; what is in them is dropped first."""
    with psycopg.connect(url) as conn, conn.cursor() as cursor:
        for table, content in backup.items():
            cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.Identifier(table)))
            statement = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(table))
            with cursor.copy(statement) as copy:
                copy.write(content)


def values_of(row: Mapping[str, Any]) -> list[bytes]:
    """Return the values of a row as bytes."""
    return [bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode() for one in row.values()]


def forms_of(word: str) -> set[bytes]:
    """Return how a word may be written: as it is, in hexadecimal digits, in base64 at each alignment."""
    encoded = word.encode()
    forms = {encoded, encoded.hex().encode()}
    for skipped in range(3):
        whole = base64.b64encode(b"\0" * skipped + encoded)
        forms.add(whole[4 if skipped else 0 : len(whole) // 4 * 4 - 4])
    return {form for form in forms if len(form) >= 8}


def tables_with(word: str, rows: Rows) -> set[str]:
    """Return the tables in which a word is, in any form."""
    forms = forms_of(word)
    return {
        table
        for table, found in rows.items()
        if any(form in value for row in found for value in values_of(row) for form in forms)
    }
