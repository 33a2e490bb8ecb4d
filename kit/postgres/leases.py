"""Decides which worker of a group holds which partitions, by advisory locks on the worker's own connection.

The locks and every transaction of a worker are on ONE PostgreSQL connection. So ending that backend stops a
dead, frozen or cut-off worker completely: it can neither keep a partition nor finish a write.
"""

import hashlib
import math
import time
from contextlib import suppress
from typing import Final, LiteralString

import psycopg
import structlog
from psycopg import pq

from kit.postgres.connections import connect_own, describe_error
from kit.postgres.creation import create_once

HEARTBEAT_S_MAX: Final = 1.0
TERMINATE_WAIT_MS: Final = 1_000
ANSWER_S_MIN: Final = 3.0
"""However short the lease, a statement may take so long: to end a stale worker alone takes up to a second."""
SETUP_LOCK: Final = 0x69707001

# Unlogged: no session survives a crash of the server, so its row need not either, and no heartbeat waits.
TABLES: Final[LiteralString] = """
CREATE SCHEMA IF NOT EXISTS leases;
CREATE UNLOGGED TABLE IF NOT EXISTS leases.workers (
    pid           integer     PRIMARY KEY,
    backend_start timestamptz NOT NULL,
    group_name    text        NOT NULL,
    worker        text        NOT NULL,
    seen_at       timestamptz NOT NULL
);
CREATE OR REPLACE VIEW leases.holdings AS
    SELECT w.group_name, w.worker, w.pid, w.seen_at, l.classid::bigint AS lock_class,
           l.objid::integer AS partition
    FROM leases.workers w
    JOIN pg_locks l ON l.pid = w.pid
    WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database());
"""

_BEAT: Final[LiteralString] = """
INSERT INTO leases.workers (pid, backend_start, group_name, worker, seen_at)
SELECT a.pid, a.backend_start, %(group)s, %(worker)s, clock_timestamp()
FROM pg_stat_activity a WHERE a.pid = pg_backend_pid()
ON CONFLICT (pid) DO UPDATE SET backend_start = excluded.backend_start, group_name = excluded.group_name,
    worker = excluded.worker, seen_at = excluded.seen_at
"""

# backend_start is compared because pids are reused: only the session that wrote the row is ended.
_END_STALE: Final[LiteralString] = """
SELECT w.worker, w.pid, pg_terminate_backend(w.pid, %(wait_ms)s)
FROM leases.workers w
JOIN pg_stat_activity a ON a.pid = w.pid AND a.backend_start = w.backend_start
WHERE w.group_name = %(group)s AND w.pid <> pg_backend_pid()
  AND w.seen_at < clock_timestamp() - make_interval(secs => %(lease_s)s)
"""

_CLEAN: Final[LiteralString] = """
DELETE FROM leases.workers w
WHERE w.group_name = %(group)s AND w.seen_at < clock_timestamp() - make_interval(secs => %(lease_s)s)
  AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.pid = w.pid AND a.backend_start = w.backend_start)
"""

_CENSUS: Final[LiteralString] = """
SELECT (SELECT count(*) FROM leases.workers w
        JOIN pg_stat_activity a ON a.pid = w.pid AND a.backend_start = w.backend_start
        WHERE w.group_name = %(group)s
          AND w.seen_at >= clock_timestamp() - make_interval(secs => %(lease_s)s)),
       coalesce(array_agg(l.objid::integer) FILTER (WHERE l.pid = pg_backend_pid()), '{}'),
       coalesce(array_agg(l.objid::integer) FILTER (WHERE l.pid <> pg_backend_pid()), '{}')
FROM pg_locks l
WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted AND l.classid::bigint = %(lock_class)s
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""

log = structlog.get_logger(__name__)


class LeaseLostError(Exception):
    """The worker's connection is gone, and its leases with it: drop what is in memory, wait, `hold` again."""


class Leases:
    """The partitions of one group that this worker holds. `hold` opens the connection, and opens it again.

    `worker` is a label for people; the database session identifies the worker. For one thread.
    """

    def __init__(self, database_url: str, group: str, partitions: int, lease_s: float, worker: str) -> None:
        self._database_url = database_url
        self._partitions = partitions
        self._beat_s = min(HEARTBEAT_S_MAX, lease_s / 4)
        self._answer_within_s = max(lease_s, ANSWER_S_MIN)
        self._lock = lock_class(group)
        self._names = {
            "group": group,
            "worker": worker,
            "lease_s": lease_s,
            "lock_class": self._lock & 0xFFFFFFFF,
            "wait_ms": TERMINATE_WAIT_MS,
        }
        self._connection: psycopg.Connection | None = None
        self._held: frozenset[int] = frozenset()
        self._beaten_at = -math.inf

    @property
    def connection(self) -> psycopg.Connection:
        """
        The one connection, autocommit, for all transactions of this worker. Raises LeaseLostError.

        A statement that takes longer than the lease raises psycopg.OperationalError and closes it.
        """
        if self._connection is None:
            raise LeaseLostError("No connection is open; hold() opens one.")
        return self._connection

    @property
    def held(self) -> frozenset[int]:
        """What the last `hold` returned."""
        return self._held

    def hold(self) -> frozenset[int]:
        """Send a heartbeat, take or hand over partitions, and return those held from now on.

        Call it every turn, outside any transaction. It reaches the server at most once in `HEARTBEAT_S_MAX`,
        so a turn must be shorter than `lease_s`. Raises LeaseLostError when the connection is lost or none
        can be opened; the next call opens a new one.
        """
        try:
            connection = self._open()
            if time.monotonic() - self._beaten_at >= self._beat_s:
                self._beat(connection)
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            self.close()
            raise LeaseLostError(describe_error(error)) from error
        except LeaseLostError:
            self.close()
            raise
        return self._held

    def close(self) -> None:
        """Release every partition at once, by closing the connection."""
        connection, self._connection = self._connection, None
        self._held = frozenset()
        self._beaten_at = -math.inf
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def _open(self) -> psycopg.Connection:
        if self._connection is None:
            name = f"{self._names['group']} {self._names['worker']}"
            # A frozen server takes the lease with it; its worker must notice, report it and try again.
            self._connection = connect_own(
                self._database_url, application_name=name, answer_within_s=self._answer_within_s
            )
            create_tables(self._connection)
        if self._connection.closed:
            raise LeaseLostError("The connection was closed.")
        if self._connection.info.transaction_status != pq.TransactionStatus.IDLE:
            raise LeaseLostError("The connection was left in the middle of a transaction.")
        return self._connection

    def _beat(self, connection: psycopg.Connection) -> None:
        connection.execute(_BEAT, self._names)
        self._beaten_at = time.monotonic()
        for worker, pid, ended in connection.execute(_END_STALE, self._names).fetchall():
            log.warning(
                "lease.stale_worker_ended", group=self._names["group"], worker=worker, pid=pid, ended=ended
            )
        connection.execute(_CLEAN, self._names)
        census = connection.execute(_CENSUS, self._names).fetchone()
        assert census is not None  # noqa: S101 - an aggregate without GROUP BY always answers one row
        live, mine, others = census
        share = math.ceil(self._partitions / max(1, live))
        held = self._hand_over(connection, sorted(mine), share)
        self._held = frozenset(held | self._take(connection, held, set(others), share))

    def _hand_over(self, connection: psycopg.Connection, mine: list[int], share: int) -> set[int]:
        surplus = mine[share:]
        if surplus:
            connection.execute(
                "SELECT pg_advisory_unlock(%s, p) FROM unnest(%s::integer[]) p", (self._lock, surplus)
            )
            log.info("lease.handed_over", group=self._names["group"], partitions=surplus)
        return set(mine[:share])

    def _take(self, connection: psycopg.Connection, held: set[int], others: set[int], share: int) -> set[int]:
        free = [p for p in range(self._partitions) if p not in held and p not in others]
        if not free or len(held) >= share:
            return set()
        # Each worker begins at another one, so that several starting at once don't all try the same.
        start = connection.info.backend_pid % len(free)
        wanted = (free[start:] + free[:start])[: share - len(held)]
        rows = connection.execute(
            "SELECT p, pg_try_advisory_lock(%s, p) FROM unnest(%s::integer[]) p", (self._lock, wanted)
        ).fetchall()
        taken = {partition for partition, got in rows if got}
        if taken:
            log.info("lease.taken", group=self._names["group"], partitions=sorted(taken))
        return taken


def lock_class(group: str) -> int:
    """Return the first half of the advisory lock's key: a signed 32-bit number made from the group's name."""
    return int.from_bytes(hashlib.sha256(group.encode()).digest()[:4], "big", signed=True)


def create_tables(connection: psycopg.Connection) -> None:
    """Create the table of workers if it is missing; otherwise it needs no right to create."""
    row = connection.execute("SELECT to_regclass('leases.holdings') IS NOT NULL").fetchone()
    if row is not None and row[0]:
        return
    create_once(connection, lock=SETUP_LOCK, ddl=TABLES.encode())
