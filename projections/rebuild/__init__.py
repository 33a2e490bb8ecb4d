"""Rebuilds a view next to the one in use: folds everything, compares at equal positions, may swap."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import msgspec
import psycopg
from psycopg import sql

from events.log.journal.reader import JournalReader
from kit.postgres.connections import connect_own
from projections.batch import Batch, BatchSize, Opener
from projections.folding import Folding
from projections.parking import read_parked
from projections.positions import (
    announce,
    create_schema,
    drop_view,
    has_all_tables,
    prepare_view,
    read_positions,
)
from projections.prune import prune
from projections.rebuild.differences import Difference, differences
from projections.table import REBUILD_SCHEMA, SCHEMA, Table
from projections.view import View

SWAP_WAIT_S: Final = 10
_REBUILD_LOCK: Final = 0x69707004
"""Held during a rebuild: there is one at a time in a database."""

OnProgress = Callable[[int, int], None]
"""Called with the count of events folded so far and the count of all events to fold."""


class RebuildRunningError(Exception):
    """Another process is rebuilding a view in this database."""


class ViewIncompleteError(Exception):
    """A view that should be verified does not have all of its tables."""


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """What a rebuild folded, how it differs from the view in use, and whether it was swapped in."""

    events: int
    rows_compared: int
    differences: tuple[Difference, ...]
    swapped: bool


class Verified(Rebuilt, frozen=True, kw_only=True):
    """
    A comparison in which nothing is swapped.

    `until` has the ordinal up to which each partition was folded, of the log's `generation`. Rows of the
    subjects in `left_out` were not compared: these are parked.
    """

    generation: str
    until: tuple[int, ...]
    left_out: tuple[str, ...]


class _Comparison(msgspec.Struct, frozen=True, kw_only=True):
    rows: int
    differences: tuple[Difference, ...]
    until: Mapping[int, int]
    left_out: frozenset[str]


def rebuild(
    database_url: str,
    view: View,
    *,
    journal: JournalReader,
    opener: Opener,
    on_progress: OnProgress,
    swap_different: bool,
) -> Rebuilt:
    """
    Rebuild one view, and swap it in if it equals the one in use, or with `swap_different` in any case.

    A version that no worker has folded yet is built up to the journal's end and can be read at once; of the
    versions before it, the last one stays. Workers go on meanwhile and wait only for the swap itself. Raises
    RebuildRunningError, and what folding raises.
    """
    with _built(database_url, view, journal, opener, on_progress, make_missing=True) as (build, found):
        swapped = swap_different or not found.differences
        if swapped:
            build.catch_up(_journal_ends(build.connection, journal))
            _swap(build.connection, build)
            prune(build.connection, view)
        return Rebuilt(
            events=build.folded,
            rows_compared=found.rows,
            differences=found.differences,
            swapped=swapped,
        )


def verify_view(
    database_url: str, view: View, *, journal: JournalReader, opener: Opener, on_progress: OnProgress
) -> Verified:
    """
    Fold the journal again and compare it with the view in use, row by row; nothing is swapped.

    Raises ViewIncompleteError, and as `rebuild`.
    """
    with _built(database_url, view, journal, opener, on_progress, make_missing=False) as (build, found):
        return Verified(
            events=build.folded,
            rows_compared=found.rows,
            differences=found.differences,
            swapped=False,
            generation=journal.generation(build.connection),
            until=tuple(ordinal for _, ordinal in sorted(found.until.items())),
            left_out=tuple(sorted(found.left_out)),
        )


@contextmanager
def _built(
    database_url: str,
    view: View,
    journal: JournalReader,
    opener: Opener,
    on_progress: OnProgress,
    *,
    make_missing: bool,
) -> Iterator[tuple["_Build", _Comparison]]:
    """Build a view next to the one in use, yield it with how both compare, and drop what was not swapped."""
    with connect_own(database_url, application_name=f"rebuild {view.name}") as connection:
        locked = connection.execute("SELECT pg_try_advisory_lock(%s)", (_REBUILD_LOCK,)).fetchone()
        if locked is None or not locked[0]:
            raise RebuildRunningError("Another rebuild runs in this database.")
        _begin(connection, view, journal, make_missing=make_missing)
        build = _Build(connection, view, journal, opener, on_progress)
        build.catch_up(_ordinals(connection, view, SCHEMA))
        with connect_own(database_url, application_name=f"rebuild {view.name} compare") as served:
            found = _compare(served, build)
        yield build, found
        drop_view(connection, view, schema=REBUILD_SCHEMA)


class _Build:
    """The view that is being built, in a schema of its own."""

    def __init__(
        self,
        connection: psycopg.Connection,
        view: View,
        journal: JournalReader,
        opener: Opener,
        on_progress: OnProgress,
    ) -> None:
        self.connection = connection
        self.view = view
        self.folded = 0
        self._journal = journal
        self._opener = opener
        self._on_progress = on_progress
        self._size = BatchSize()
        self._folding = Folding(connection=connection, views=(view,), schema=REBUILD_SCHEMA)
        self._ordinals = _ordinals(connection, view, REBUILD_SCHEMA)

    def catch_up(self, until: Mapping[int, int]) -> None:
        """Fold every partition until exactly this ordinal, by partition."""
        for partition, last in until.items():
            while (after := self._ordinals[partition]) < last:
                events = self._journal.read_partition(
                    self.connection,
                    partition=partition,
                    after=after,
                    limit=min(self._size.events, last - after),
                )
                self._size.saw(events)
                self._ordinals[partition] = self._folding.fold(Batch(events, self._opener), after=after)
                self.folded += len(events)
                self._on_progress(self.folded, sum(until.values()))


def _begin(connection: psycopg.Connection, view: View, journal: JournalReader, *, make_missing: bool) -> None:
    connection.execute("SET synchronous_commit = off")
    partitions = journal.partition_count(connection)
    generation = journal.generation(connection)
    if make_missing:
        prepare_view(connection, view, partitions=partitions, generation=generation)
    elif not has_all_tables(connection, view):
        raise ViewIncompleteError(
            f"The view {view.name} does not have all of its tables. Start a worker: it makes them and folds."
        )
    create_schema(connection, REBUILD_SCHEMA)
    drop_view(connection, view, schema=REBUILD_SCHEMA)
    prepare_view(connection, view, partitions=partitions, generation=generation, schema=REBUILD_SCHEMA)


def _ordinals(connection: psycopg.Connection, view: View, schema: str) -> dict[int, int]:
    positions = read_positions(connection, view, schema=schema)
    return {position.partition: position.ordinal for position in positions}


def _journal_ends(connection: psycopg.Connection, journal: JournalReader) -> dict[int, int]:
    return {progress.partition: progress.ordinal for progress in journal.progress(connection)}


def _compare(served: psycopg.Connection, build: _Build) -> _Comparison:
    """Compare both builds at the positions of one snapshot of the view in use, without parked subjects."""
    view = build.view
    served.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    with served.transaction():
        until = _ordinals(served, view, SCHEMA)
        build.catch_up(until)
        parked = read_parked(served, view) + read_parked(build.connection, view, schema=REBUILD_SCHEMA)
        without = frozenset(row.subject for row in parked)
        rows, found = differences(served, build.connection, view, without=without)
        return _Comparison(rows=rows, differences=found, until=until, left_out=without)


def _swap(connection: psycopg.Connection, build: _Build) -> None:
    """
    Replace the tables in use by the new ones, with both positions locked and equal.

    Workers and readers notice a short wait, or a fence that makes them read the position again.
    """
    view = build.view
    with connection.transaction():
        # If something locks the tables for long, such as a backup, we give up: all readers queue after us.
        connection.execute(f"SET LOCAL lock_timeout = '{SWAP_WAIT_S}s'")
        for schema in (SCHEMA, REBUILD_SCHEMA):
            connection.execute(
                f"SELECT FROM {schema}.positions WHERE view = %s AND version = %s"
                " ORDER BY partition FOR UPDATE",
                (view.name, view.version),
            )
        build.catch_up(_ordinals(connection, view, SCHEMA))
        for table in view.tables:
            readers = _readers_of(connection, table)
            connection.execute(f"DROP TABLE {table.served}")
            connection.execute(f"ALTER TABLE {REBUILD_SCHEMA}.{table.name} SET SCHEMA {SCHEMA}")
            for reader in readers:
                grant = sql.SQL("GRANT SELECT ON {} TO {}")
                connection.execute(grant.format(sql.Identifier(SCHEMA, table.name), sql.Identifier(reader)))
        connection.execute(
            f"UPDATE {SCHEMA}.positions p SET ordinal = r.ordinal, seen_at = clock_timestamp()"
            f" FROM {REBUILD_SCHEMA}.positions r WHERE (p.view, p.version, p.partition) ="
            " (r.view, r.version, r.partition) AND p.view = %s AND p.version = %s",
            (view.name, view.version),
        )
        connection.execute(
            f"DELETE FROM {SCHEMA}.parked WHERE view = %s AND version = %s", (view.name, view.version)
        )
        connection.execute(
            f"INSERT INTO {SCHEMA}.parked SELECT * FROM {REBUILD_SCHEMA}.parked"
            " WHERE view = %s AND version = %s",
            (view.name, view.version),
        )
        announce(connection, view)


def _readers_of(connection: psycopg.Connection, table: Table) -> list[str]:
    """Return the roles that may read a table: a schema's default privileges skip tables moved into it."""
    rows = connection.execute(
        "SELECT DISTINCT pg_get_userbyid(acl.grantee) FROM pg_class c, aclexplode(c.relacl) acl"
        " WHERE c.oid = %s::regclass AND acl.privilege_type = 'SELECT'"
        " AND acl.grantee NOT IN (0, c.relowner)",
        (table.served,),
    )
    return [str(role) for (role,) in rows]
