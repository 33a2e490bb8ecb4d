"""How far each view has folded each partition, and when it was last confirmed up to date."""

import math
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Final, LiteralString

import msgspec
import psycopg
from psycopg.pq.abc import PGresult
from psycopg.rows import class_row

from events.log.journal.reader import JournalCheckpoint
from kit.postgres.creation import create_once
from kit.postgres.statements import as_text
from kit.postgres.trips import BEGIN, Statement, run_together
from projections.parking import PARKED_DDL
from projections.table import SCHEMA
from projections.view import View

CHANNEL: Final = "views"
"""NOTIFY channel: in each transaction that moved a position, `Announced` as text, with spaces between."""

_POSITIONS_DDL: Final[LiteralString] = """
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
"""
_SETUP_LOCK: Final = 0x69707003
"""Held while the tables of all views are created."""


class ViewPosition(msgspec.Struct, frozen=True, kw_only=True):
    """
    The last event that a view has folded in a partition, and how fresh the view is there.

    At `seen_at`, `stale_s` seconds ago, the view was last confirmed to hold all that was in the log.
    """

    view: str
    partition: int
    generation: str
    ordinal: int
    seen_at: datetime
    stale_s: float


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """
    Where a view is in a partition, as it was notified.

    A notification arrives after its transaction is visible to others on the same server.
    """

    view: str
    partition: int
    ordinal: int
    version: int
    generation: str


def read_announced(payload: str) -> Announced | None:
    """Read a notification on CHANNEL; None for one that another version of this program wrote."""
    match payload.split(" "):
        case [view, partition, ordinal, version, generation] if (
            partition.isdecimal() and ordinal.isdecimal() and version.isdecimal()
        ):
            return Announced(
                view=view,
                partition=int(partition),
                ordinal=int(ordinal),
                version=int(version),
                generation=generation,
            )
        case _:
            return None


class FenceError(Exception):
    """Another worker moved this position: what is in memory is wrong and must be read again."""


_THESE: Final = "(SELECT * FROM unnest(%s::text[], %s::integer[]))"
_ANNOUNCED: Final = "concat_ws(' ', view, partition, ordinal, version, generation)"
_READ: Final = (
    f"SELECT view, partition, generation, ordinal, seen_at,"
    f" extract(epoch FROM clock_timestamp() - seen_at)::float8 AS stale_s FROM {SCHEMA}.positions"
    f" WHERE (view, version) IN {_THESE} ORDER BY view, partition"
)


async def positions_of(connection: psycopg.AsyncConnection, *views: View) -> list[ViewPosition]:
    """Return the positions of views at one moment, by partition; a view that no worker started has none."""
    async with connection.cursor(row_factory=class_row(ViewPosition)) as cursor:
        await cursor.execute(_READ, _keys(views), prepare=True)
        return await cursor.fetchall()


async def staleness_of(connection: psycopg.AsyncConnection, views: Sequence[View]) -> float:
    """Return how many seconds ago the stalest partition of these views was confirmed; inf for never."""
    positions = await positions_of(connection, *views)
    if {view.name for view in views} - {position.view for position in positions}:
        return math.inf
    return max((position.stale_s for position in positions), default=0.0)


def read_positions(connection: psycopg.Connection, view: View, *, schema: str = SCHEMA) -> list[ViewPosition]:
    """Return a view's positions over a synchronous connection, as workers and commands have."""
    with connection.cursor(row_factory=class_row(ViewPosition)) as cursor:
        sql = _READ.replace(f"{SCHEMA}.positions", f"{schema}.positions")
        return cursor.execute(sql, _keys([view])).fetchall()


def advance(
    connection: psycopg.Connection,
    views: Sequence[View],
    partition: int,
    *,
    expected: int,
    ordinal: int,
    schema: str = SCHEMA,
    begin: bool = False,
) -> set[tuple[str, str]]:
    """
    Move the positions from `expected` to `ordinal`; the first statements of the transaction that folds.

    With `begin`, that transaction is begun in the same trip; otherwise it is one of the caller's.

    This is the fence: it raises FenceError unless all views are at `expected`, and keeps the rows locked
    until the transaction ends, so that no other worker folds this partition meanwhile. In the schema that is
    read, those who wait are notified once the transaction commits. Return the parked subjects of that
    partition, each with its view's name.
    """
    these = _these(views)
    moving = (
        Statement(_advance_sql(schema, these), [as_text(value) for value in (ordinal, partition, expected)]),
        Statement(_parked_sql(schema, these), [as_text(partition)]),
    )
    *_, moved, parked = run_together(connection, (BEGIN, *moving) if begin else moving, prepare=begin)
    if moved.get_value(0, 0) != as_text(len(views)):
        names = ", ".join(view.name for view in views)
        raise FenceError(f"Not all of {names} are still at {expected} in partition {partition}.")
    return {(_text(parked, row, 0), _text(parked, row, 1)) for row in range(parked.ntuples)}


def _text(result: PGresult, row: int, column: int) -> str:
    return (result.get_value(row, column) or b"").decode()


@cache
def _advance_sql(schema: str, these: str) -> bytes:
    notify = f", count(pg_notify('{CHANNEL}', {_ANNOUNCED}))" if schema == SCHEMA else ""
    return (
        f"WITH moved AS (UPDATE {schema}.positions SET ordinal = $1 WHERE partition = $2 AND ordinal = $3"
        f" AND (view, version) IN {these} RETURNING view, partition, ordinal, version, generation)"
        f" SELECT count(*){notify} FROM moved"
    ).encode()


@cache
def _parked_sql(schema: str, these: str) -> bytes:
    return (
        f"SELECT view, subject FROM {schema}.parked WHERE partition = $1 AND (view, version) IN {these}"
    ).encode()


def announce(connection: psycopg.Connection, view: View, *, partition: int | None = None) -> None:
    """Notify those who wait for a view where it is, once the transaction commits; in one partition or all."""
    connection.execute(
        f"SELECT pg_notify('{CHANNEL}', {_ANNOUNCED}) FROM {SCHEMA}.positions"
        " WHERE view = %s AND version = %s AND (%s::integer IS NULL OR partition = %s)",
        (view.name, view.version, partition, partition),
    )


def record_freshness(
    connection: psycopg.Connection, views: Sequence[View], checkpoints: Sequence[JournalCheckpoint]
) -> None:
    """
    Mark views as fresh as of journal checkpoints that were taken before this fold, where they reached them.

    A partition that no journal worker holds, or whose fold is halted, has no checkpoint and grows stale. A
    position that is locked at this moment is passed over: waiting for several could be a deadlock.
    """
    connection.execute(
        f"UPDATE {SCHEMA}.positions p SET seen_at = greatest(p.seen_at, checkpoint.seen_at)"
        f" FROM (SELECT view, version, partition FROM {SCHEMA}.positions"
        f" WHERE (view, version) IN {_THESE}"
        " FOR UPDATE SKIP LOCKED) free"
        " JOIN unnest(%s::integer[], %s::bigint[], %s::timestamptz[])"
        " AS checkpoint(partition, ordinal, seen_at)"
        " USING (partition) WHERE p.ordinal >= checkpoint.ordinal"
        " AND (p.view, p.version, p.partition) = (free.view, free.version, free.partition)",
        (
            *_keys(views),
            [checkpoint.partition for checkpoint in checkpoints],
            [checkpoint.ordinal for checkpoint in checkpoints],
            [checkpoint.confirmed_at for checkpoint in checkpoints],
        ),
    )


def create_schema(connection: psycopg.Connection, schema: str) -> None:
    """Create a schema for views, with its positions and parked subjects, where it is missing."""
    ddl = (_POSITIONS_DDL + PARKED_DDL).replace("{schema}", schema)
    create_once(connection, lock=_SETUP_LOCK, ddl=ddl.encode())


def prepare_view(
    connection: psycopg.Connection,
    view: View,
    *,
    partitions: int,
    generation: str,
    schema: str = SCHEMA,
) -> None:
    """
    Create what is missing of a view's tables and positions.

    A view that lost one of its tables begins again with the first event, since its position would claim rows
    that are gone. New positions count as stale until a worker has folded all that is in the journal.
    """
    with connection.transaction():
        create_schema(connection, schema)
        if not has_all_tables(connection, view, schema=schema):
            drop_view(connection, view, schema=schema)
            for table in view.tables:
                for statement in table.ddl(schema):
                    connection.execute(statement)
        connection.execute(
            f"INSERT INTO {schema}.positions SELECT %s, %s, p, %s, 0, 'epoch'"
            " FROM generate_series(0, %s) p ON CONFLICT DO NOTHING",
            (view.name, view.version, generation, partitions - 1),
        )
        if schema == SCHEMA:
            announce(connection, view)  # it may be further back than those who listen believe


def has_all_tables(connection: psycopg.Connection, view: View, *, schema: str = SCHEMA) -> bool:
    """Return whether each table of a view exists."""
    existing = connection.execute(
        "SELECT count(*) FROM pg_tables WHERE schemaname = %s AND tablename = ANY(%s)",
        (schema, [table.name for table in view.tables]),
    ).fetchone()
    return existing is not None and existing[0] == len(view.tables)


def drop_view(connection: psycopg.Connection, view: View, *, schema: str = SCHEMA) -> None:
    """Drop a view's tables, positions and parked subjects; a worker's next start folds it from the start."""
    for table in view.tables:
        connection.execute(f"DROP TABLE IF EXISTS {schema}.{table.name}")
    for table_name in ("positions", "parked"):
        connection.execute(
            f"DELETE FROM {schema}.{table_name} WHERE view = %s AND version = %s", (view.name, view.version)
        )


def _keys(views: Sequence[View]) -> tuple[list[str], list[int]]:
    return [view.name for view in views], [view.version for view in views]


def _these(views: Sequence[View]) -> str:
    """Return the same views in SQL: without values to send, and with a plan that knows how many."""
    rows = [f"('{view.name}', {view.version})" for view in views]
    return f"(VALUES {', '.join(rows)})"
