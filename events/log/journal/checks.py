"""
When `verify` last checked each partition, how far, and what it found.

In a schema of its own: whoever checks writes it, and it is not folded from the log.
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
_DDL: Final = (
    "CREATE TABLE IF NOT EXISTS checks.partitions (log text, partition int, checked_at timestamptz NOT NULL,"
    " ordinal bigint NOT NULL, records bigint NOT NULL, whole boolean NOT NULL, faults jsonb NOT NULL,"
    " PRIMARY KEY (log, partition))"
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


def _create_table(conn: psycopg.Connection[Any]) -> None:
    found = conn.execute(
        "SELECT to_regnamespace('checks') IS NOT NULL, to_regclass('checks.partitions') IS NOT NULL"
    ).fetchone()
    if found == (True, True):
        return
    # Only where it is missing: it needs a right on the database, even with IF NOT EXISTS.
    schema = "" if found and found[0] else f"CREATE SCHEMA IF NOT EXISTS {SCHEMA};"
    create_once(conn, lock=_SETUP_LOCK, ddl=(schema + _DDL).encode())


def record_check(conn: psycopg.Connection[Any], *, log: str, report: PartitionReport, at: datetime) -> None:
    """Keep the result of a check as the partition's last one. Raises NotAllowedError."""
    faults = msgspec.json.encode(report.faults).decode()
    values = (log, report.partition, at, report.accepted, report.records, report.whole, faults)
    try:
        _create_table(conn)
        conn.execute(_WRITE, values)
    except psycopg.errors.InsufficientPrivilege as error:
        raise NotAllowedError(f"this role may not write to the schema {SCHEMA}") from error


def last_checks(conn: psycopg.Connection[Any], *, log: str) -> list[LastCheck]:
    """Return the last check of each partition that was ever checked, in order of partitions."""
    existing = conn.execute("SELECT to_regclass('checks.partitions') IS NOT NULL").fetchone()
    if existing is None or not existing[0]:
        return []
    return [
        LastCheck(
            partition=partition,
            checked_at=at,
            ordinal=ordinal,
            records=records,
            whole=whole,
            faults=msgspec.json.decode(faults, type=tuple[Fault, ...]),
        )
        for partition, at, ordinal, records, whole, faults in conn.execute(_READ, (log,))
    ]
