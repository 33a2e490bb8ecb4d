"""How far the journal has come in each partition, for whoever shows how far behind it a reader is."""

from datetime import datetime

import msgspec
import psycopg
from psycopg import sql

from events.log.tables import names


def lease_group(log: str) -> str:
    """Return the group whose leases the journal's workers of a log hold."""
    return f"journal {log}"


class JournalProgress(msgspec.Struct, frozen=True, kw_only=True):
    """The last ordinal of a partition, and whether its fold is halted (why), when its worker last wrote."""

    partition: int
    ordinal: int
    halted: str | None
    stale_s: float


def journal_progress(conn: psycopg.Connection, *, log: str) -> list[JournalProgress]:
    """Return the progress of every partition the journal has taken up, in order."""
    statement = sql.SQL(
        "SELECT partition, ordinal, halted, extract(epoch FROM clock_timestamp() - seen_at)::float8"
        " FROM {positions} ORDER BY partition"
    ).format(**names(log))
    return [
        JournalProgress(partition=partition, ordinal=ordinal, halted=halted, stale_s=stale_s)
        for partition, ordinal, halted, stale_s in conn.execute(statement)
    ]


class JournalLook(msgspec.Struct, frozen=True, kw_only=True):
    """What a partition of the journal held, up to `ordinal`, and when its worker had last looked by then."""

    partition: int
    ordinal: int
    seen_at: datetime


def journal_looks(conn: psycopg.Connection, *, log: str) -> list[JournalLook]:
    """
    Return this of every partition that a worker holds and whose fold is not halted, at one moment.

    Whoever has come to `ordinal` since has all that the journal held at `seen_at`.
    """
    statement = sql.SQL(
        "SELECT p.partition, p.ordinal, max(h.seen_at) FROM {positions} p JOIN leases.holdings h"
        " ON h.group_name = %s AND h.partition = p.partition WHERE p.halted IS NULL GROUP BY p.partition"
    ).format(**names(log))
    return [
        JournalLook(partition=partition, ordinal=ordinal, seen_at=seen_at)
        for partition, ordinal, seen_at in conn.execute(statement, (lease_group(log),))
    ]
