"""
When each partition was last checked against the log, and each view against the journal, and what was found.

In a schema of its own: those who check write it, and it is not folded from the log.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import psycopg

from events.log.faults import Fault
from events.log.journal.verify import PartitionReport
from kit.postgres.creation import create_once

SCHEMA: Final = "checks"
_SETUP_LOCK: Final = 0x69707007
_PARTITIONS: Final = (
    "CREATE TABLE IF NOT EXISTS checks.partitions (log text, partition int, checked_at timestamptz NOT NULL,"
    " ordinal bigint NOT NULL, records bigint NOT NULL, whole boolean NOT NULL, faults jsonb NOT NULL,"
    " PRIMARY KEY (log, partition))"
)
_VIEWS: Final = (
    "CREATE TABLE IF NOT EXISTS checks.views (log text, view text, version int NOT NULL,"
    " categories text[] NOT NULL, checked_at timestamptz NOT NULL, generation text NOT NULL,"
    " until bigint[] NOT NULL, rows bigint NOT NULL, differences jsonb NOT NULL, left_out text[] NOT NULL,"
    " PRIMARY KEY (log, view))"
)
_WRITE: Final = (
    "INSERT INTO checks.partitions (log, partition, checked_at, ordinal, records, whole, faults)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb) ON CONFLICT (log, partition) DO UPDATE SET"
    " checked_at = excluded.checked_at, ordinal = excluded.ordinal, records = excluded.records,"
    " whole = excluded.whole, faults = excluded.faults"
)
_READ: Final = (
    "SELECT partition, checked_at, ordinal, records, whole, faults::text FROM checks.partitions"
    " WHERE log = %s ORDER BY partition"
)
_WRITE_VIEW: Final = (
    "INSERT INTO checks.views (log, view, version, categories, checked_at, generation, until, rows,"
    " differences, left_out) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s)"
    " ON CONFLICT (log, view) DO UPDATE SET version = excluded.version, categories = excluded.categories,"
    " checked_at = excluded.checked_at, generation = excluded.generation, until = excluded.until,"
    " rows = excluded.rows, differences = excluded.differences, left_out = excluded.left_out"
)
_READ_VIEWS: Final = (
    "SELECT view, version, categories, checked_at, generation, until, rows, differences::text, left_out"
    " FROM checks.views WHERE log = %s ORDER BY view"
)


class NotAllowedError(Exception):
    """The role of this connection may not keep what was found: it may only read."""


class LastCheck(msgspec.Struct, frozen=True, kw_only=True):
    """
    The last check of a partition: the rule was applied to `records`, which accepted events until `ordinal`.

    `whole`: to every record that the journal had folded then; else it ended early, at what it found.
    """

    partition: int
    checked_at: datetime
    ordinal: int
    records: int
    whole: bool
    faults: Sequence[Fault]


class ViewDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A table of a view that has other rows in a partition than a fold of the journal gives."""

    table: str
    partition: int


class ViewCheck(msgspec.Struct, frozen=True, kw_only=True):
    """
    A comparison of a view in use with a fold of the journal, row by row.

    `categories` are those of the streams that it folds. `until` has the ordinal of the last event that was
    folded, for each partition of the log's `generation`. Rows of the subjects in `left_out` were not
    compared, because they wait for repair.
    """

    view: str
    version: int
    categories: Sequence[str]
    checked_at: datetime
    generation: str
    until: Sequence[int]
    rows: int
    differences: Sequence[ViewDifference]
    left_out: Sequence[str]


def _create(conn: psycopg.Connection[Any], table: str, ddl: str) -> None:
    found = conn.execute(
        "SELECT to_regnamespace(%s) IS NOT NULL, to_regclass(%s) IS NOT NULL", (SCHEMA, table)
    ).fetchone()
    if found == (True, True):
        return
    # Only where it is missing: it needs a right on the database, even with IF NOT EXISTS.
    schema = "" if found and found[0] else f"CREATE SCHEMA IF NOT EXISTS {SCHEMA};"
    create_once(conn, lock=_SETUP_LOCK, ddl=(schema + ddl).encode())


def _write(
    conn: psycopg.Connection[Any], table: str, ddl: str, statement: str, values: Sequence[Any]
) -> None:
    try:
        _create(conn, table, ddl)
        conn.execute(statement.encode(), values)
    except psycopg.errors.InsufficientPrivilege as error:
        raise NotAllowedError(f"this role may not write to the schema {SCHEMA}") from error


def _read(conn: psycopg.Connection[Any], table: str, statement: str, log: str) -> list[tuple[Any, ...]]:
    existing = conn.execute("SELECT to_regclass(%s) IS NOT NULL", (table,)).fetchone()
    if existing is None or not existing[0]:
        return []
    return conn.execute(statement.encode(), (log,)).fetchall()


def record_check(conn: psycopg.Connection[Any], *, log: str, report: PartitionReport, at: datetime) -> None:
    """Keep the result of a check as the partition's last one. Raises NotAllowedError."""
    faults = msgspec.json.encode(report.faults).decode()
    values = (log, report.partition, at, report.accepted, report.records, report.whole, faults)
    _write(conn, "checks.partitions", _PARTITIONS, _WRITE, values)


def last_checks(conn: psycopg.Connection[Any], *, log: str) -> list[LastCheck]:
    """Return the last check of each partition that was ever checked, in order of partitions."""
    return [
        LastCheck(
            partition=partition,
            checked_at=at,
            ordinal=ordinal,
            records=records,
            whole=whole,
            faults=msgspec.json.decode(faults, type=tuple[Fault, ...]),
        )
        for partition, at, ordinal, records, whole, faults in _read(conn, "checks.partitions", _READ, log)
    ]


def record_view_check(conn: psycopg.Connection[Any], *, log: str, check: ViewCheck) -> None:
    """Keep a comparison as the view's last one. Raises NotAllowedError."""
    values = (
        log,
        check.view,
        check.version,
        sorted(check.categories),
        check.checked_at,
        check.generation,
        list(check.until),
        check.rows,
        msgspec.json.encode(check.differences).decode(),
        list(check.left_out),
    )
    _write(conn, "checks.views", _VIEWS, _WRITE_VIEW, values)


def last_view_checks(conn: psycopg.Connection[Any], *, log: str) -> list[ViewCheck]:
    """Return the last comparison of each view that was ever compared, by name."""
    return [
        ViewCheck(
            view=view,
            version=version,
            categories=categories,
            checked_at=at,
            generation=generation,
            until=until,
            rows=rows,
            differences=msgspec.json.decode(differences, type=tuple[ViewDifference, ...]),
            left_out=left_out,
        )
        for view, version, categories, at, generation, until, rows, differences, left_out in _read(
            conn, "checks.views", _READ_VIEWS, log
        )
    ]
