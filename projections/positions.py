"""Where each view stands in each partition, and how long ago its worker last looked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Final, LiteralString

import msgspec
import psycopg
from psycopg.rows import class_row

from events.log.journal.reader import JournalCheckpoint
from kit.postgres.creation import create_once
from projections.table import SCHEMA
from projections.view import View

CHANNEL: Final = "views"
"""NOTIFY channel: "view partition ordinal" in each transaction that moved a position."""

_TABLES: Final[LiteralString] = """
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE IF NOT EXISTS {schema}.positions (
    view       text        NOT NULL,
    version    integer     NOT NULL,
    partition  integer     NOT NULL,
    generation text        NOT NULL,
    ordinal    bigint      NOT NULL,
    seen_at    timestamptz NOT NULL,
    PRIMARY KEY (view, version, partition)
) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS {schema}.parked (
    view      text        NOT NULL,
    version   integer     NOT NULL,
    partition integer     NOT NULL,
    subject   text        NOT NULL,
    ordinal   bigint      NOT NULL,
    reason    text        NOT NULL,
    parked_at timestamptz NOT NULL,
    PRIMARY KEY (view, version, subject)
);
"""
_SETUP_LOCK: Final = 0x69707003


class ViewPosition(msgspec.Struct, frozen=True, kw_only=True):
    """The place of the last event folded into a partition.

    `stale_s` counts from the last look, of the view's worker and of the journal's, when all was there.
    """

    view: str
    partition: int
    generation: str
    ordinal: int
    seen_at: datetime
    stale_s: float


class FenceError(Exception):
    """Another worker moved this position: what is in memory is wrong and must be read again."""


_READ: Final = (
    f"SELECT view, partition, generation, ordinal, seen_at,"
    f" extract(epoch FROM clock_timestamp() - seen_at)::float8 AS stale_s FROM {SCHEMA}.positions"
    " WHERE (view, version) IN (SELECT * FROM unnest(%s::text[], %s::integer[])) ORDER BY view, partition"
)


async def positions_of(connection: psycopg.AsyncConnection, *views: View) -> list[ViewPosition]:
    """Return where views stand at one moment, by partition; nothing of one that no worker has met."""
    async with connection.cursor(row_factory=class_row(ViewPosition)) as cursor:
        await cursor.execute(_READ, _asked(views), prepare=True)
        return await cursor.fetchall()


def _asked(views: Sequence[View]) -> tuple[list[str], list[int]]:
    return [view.name for view in views], [view.version for view in views]


async def staleness_of(connection: psycopg.AsyncConnection, views: Sequence[View]) -> float:
    """Return how many seconds ago the stalest part of these views was known whole; inf before any."""
    standing = await positions_of(connection, *views)
    if {view.name for view in views} - {at.view for at in standing}:
        return math.inf
    return max((at.stale_s for at in standing), default=0.0)


def read_positions(connection: psycopg.Connection, view: View, *, schema: str = SCHEMA) -> list[ViewPosition]:
    """Return the same for a worker or a command."""
    with connection.cursor(row_factory=class_row(ViewPosition)) as cursor:
        sql = _READ.replace(f"{SCHEMA}.positions", f"{schema}.positions")
        return cursor.execute(sql, _asked([view])).fetchall()


def advance(
    connection: psycopg.Connection,
    views: Sequence[View],
    partition: int,
    *,
    expected: int,
    ordinal: int,
    schema: str = SCHEMA,
) -> None:
    """Take the fences and move the positions, first thing in the transaction that folds. Raises FenceError.

    The rows stay locked until the transaction ends, so no one else can fold this partition meanwhile.
    """
    moved = connection.execute(
        f"UPDATE {schema}.positions SET ordinal = %s WHERE partition = %s AND ordinal = %s"
        " AND (view, version) IN (SELECT * FROM unnest(%s::text[], %s::integer[]))",
        (ordinal, partition, expected, *_asked(views)),
    ).rowcount
    if moved != len(views):
        names = ", ".join(view.name for view in views)
        raise FenceError(f"Not all of {names} stand at {expected} in partition {partition} any longer.")


def announce(connection: psycopg.Connection, views: Sequence[View], partition: int, ordinal: int) -> None:
    """Tell who waits for them, when the transaction commits."""
    told = [f"{view.name} {partition} {ordinal}" for view in views]
    connection.execute("SELECT pg_notify(%s, told) FROM unnest(%s::text[]) told", (CHANNEL, told))


def record_freshness(
    connection: psycopg.Connection, views: Sequence[View], checkpoints: Sequence[JournalCheckpoint]
) -> None:
    """
    Mark views as fresh as of the journal checkpoints taken before this fold, where they have reached them.

    A partition that no journal worker holds, or whose fold is halted, has no checkpoint and grows stale. A
    position that someone holds at this moment is passed over: waiting for several could be a deadlock.
    """
    connection.execute(
        f"UPDATE {SCHEMA}.positions p SET seen_at = greatest(p.seen_at, journal.seen_at)"
        f" FROM (SELECT view, version, partition FROM {SCHEMA}.positions"
        " WHERE (view, version) IN (SELECT * FROM unnest(%s::text[], %s::integer[]))"
        " FOR UPDATE SKIP LOCKED) free"
        " JOIN unnest(%s::integer[], %s::bigint[], %s::timestamptz[]) AS journal(partition, ordinal, seen_at)"
        " USING (partition) WHERE p.ordinal >= journal.ordinal"
        " AND (p.view, p.version, p.partition) = (free.view, free.version, free.partition)",
        (
            *_asked(views),
            [at.partition for at in checkpoints],
            [at.ordinal for at in checkpoints],
            [at.confirmed_at for at in checkpoints],
        ),
    )


def create_schema(connection: psycopg.Connection, schema: str) -> None:
    """Make a schema for views, with its positions and parked subjects, where it is missing."""
    create_once(connection, lock=_SETUP_LOCK, ddl=_TABLES.replace("{schema}", schema).encode())


def prepare_view(
    connection: psycopg.Connection,
    view: View,
    *,
    partitions: int,
    generation: str,
    schema: str = SCHEMA,
) -> None:
    """Make what is missing of a view's tables and positions.

    A view that lost one of its tables begins anew, since its position would claim rows that are gone. Until a
    worker has come to the journal's end, nobody has seen it whole.
    """
    with connection.transaction():
        create_schema(connection, schema)
        there = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = %s AND tablename = ANY(%s)",
            (schema, [table.name for table in view.tables]),
        ).fetchone()
        if there is None or there[0] != len(view.tables):
            drop_view(connection, view, schema=schema)
            for table in view.tables:
                for statement in table.ddl(schema):
                    connection.execute(statement)
        connection.execute(
            f"INSERT INTO {schema}.positions SELECT %s, %s, p, %s, 0, 'epoch'"
            " FROM generate_series(0, %s) p ON CONFLICT DO NOTHING",
            (view.name, view.version, generation, partitions - 1),
        )


def drop_view(connection: psycopg.Connection, view: View, *, schema: str = SCHEMA) -> None:
    """Drop a view's tables, positions and parked subjects; a worker's start folds it from the first event."""
    for table in view.tables:
        connection.execute(f"DROP TABLE IF EXISTS {schema}.{table.name}")
    for table_name in ("positions", "parked"):
        connection.execute(
            f"DELETE FROM {schema}.{table_name} WHERE view = %s AND version = %s", (view.name, view.version)
        )
