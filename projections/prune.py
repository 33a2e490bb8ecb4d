"""Drops the tables of older versions of a view, except those that one might go back to."""

import re
from collections.abc import Iterable
from typing import Final

import msgspec
import psycopg
from psycopg import sql

from projections.table import SCHEMA
from projections.view import View

OLDER_KEPT: Final = 1
"""How many versions before the current one stay, so that a release can be rolled back without a rebuild."""


class Pruned(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a view that was dropped, and its tables."""

    view: str
    version: int
    tables: tuple[str, ...]


def prune(connection: psycopg.Connection, view: View, *, older_kept: int = OLDER_KEPT) -> list[Pruned]:
    """
    Drop all versions before the current one, except the newest `older_kept`; newer ones are left alone.

    No worker folds the versions that are kept: who is forgotten stays in them until they are dropped.
    """
    with connection.transaction():
        tables = _tables_by_version(connection, view)
        older = sorted({version for version in tables if version < view.version}, reverse=True)
        return [_drop(connection, view, version, tables[version]) for version in older[older_kept:]]


def _tables_by_version(connection: psycopg.Connection, view: View) -> dict[int, list[str]]:
    """Return the tables of every version; one whose fold was interrupted may have positions and no tables."""
    rows = connection.execute(
        f"SELECT version, NULL FROM {SCHEMA}.positions WHERE view = %(view)s UNION"
        " SELECT substring(tablename FROM %(pattern)s)::integer, tablename FROM pg_tables"
        " WHERE schemaname = %(schema)s AND tablename ~ %(pattern)s ORDER BY 1, 2",
        {"view": view.name, "schema": SCHEMA, "pattern": f"^{re.escape(view.name)}_v([0-9]+)_"},
    )
    found: dict[int, list[str]] = {}
    for version, table in rows:
        found.setdefault(version, []).extend([table] if table else [])
    return found


def _drop(connection: psycopg.Connection, view: View, version: int, tables: Iterable[str]) -> Pruned:
    for table in tables:
        connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(SCHEMA, table)))
    for place in ("positions", "parked"):
        connection.execute(
            f"DELETE FROM {SCHEMA}.{place} WHERE view = %s AND version = %s", (view.name, version)
        )
    return Pruned(view=view.name, version=version, tables=tuple(tables))
