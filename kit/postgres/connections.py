"""Connections to PostgreSQL that notice a dead peer in seconds."""

import asyncio
import time
from typing import Any, Final

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.rows import Row, RowFactory, tuple_row
from psycopg_pool import AsyncConnectionPool, ConnectionPool

CONNECT_TIMEOUT_S: Final = 5
POOL_WAIT_S: Final = 10.0
"""How long a caller waits for a free connection before `psycopg_pool.PoolTimeout`."""
POOL_WAITING_MAX: Final = 1_000
RECONNECT_S_MAX: Final = 10.0
_INTERRUPTIBLE_S: Final = 0.1
"""How often a wait looks whether it was interrupted; as psycopg's own."""

_ALIVE: Final[dict[str, Any]] = {
    "connect_timeout": CONNECT_TIMEOUT_S,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    # In milliseconds: if the peer does not acknowledge sent data for so long, the connection ends.
    "tcp_user_timeout": 10_000,
}


def open_pool(
    url: str,
    *,
    min_size: int = 1,
    max_size: int,
    name: str,
    autocommit: bool = False,
    row_factory: RowFactory[Row] = tuple_row,  # type: ignore[assignment]  # which is one of them
) -> ConnectionPool[psycopg.Connection[Row]]:
    """
    Open a pool that fills itself in the background, also when the server comes up later.

    `name` is shown in `pg_stat_activity`. A connection is checked before it is lent, without a round trip, so
    a restarted server causes no error.
    """
    return ConnectionPool(
        url,
        connection_class=psycopg.Connection[Row],
        min_size=min_size,
        max_size=max_size,
        name=name,
        open=True,
        check=_see_open,
        timeout=POOL_WAIT_S,
        max_waiting=POOL_WAITING_MAX,
        reconnect_timeout=RECONNECT_S_MAX,
        kwargs={
            **_ALIVE,
            "application_name": name,
            "autocommit": autocommit,
            "row_factory": row_factory,
        },
    )


AsyncConnection = psycopg.AsyncConnection[tuple[Any, ...]]


class _KeepingPool(AsyncConnectionPool[AsyncConnection]):
    """A pool that loses neither a connection to a borrower who is cancelled, nor the cancellation."""

    async def getconn(self, timeout: float | None = None) -> AsyncConnection:  # noqa: ASYNC109 - the pool's own
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        connection = await super().getconn(timeout)
        if task and task.cancelling() > before:
            # Python before 3.12 loses a cancellation that comes with the connection (`asyncio.wait_for`), and
            # the borrower would go on for ever.
            await self.putconn(connection)
            raise asyncio.CancelledError
        return connection

    async def putconn(self, conn: AsyncConnection) -> None:
        # Returning it waits for the pool's lock; a cancelled wait would leave the connection with nobody.
        await asyncio.shield(super().putconn(conn))


async def open_async_pool(
    url: str, *, min_size: int = 1, max_size: int, name: str, autocommit: bool = True
) -> AsyncConnectionPool[AsyncConnection]:
    """Open a pool of async connections for the running loop; otherwise as `open_pool`."""
    pool = _KeepingPool(
        url,
        min_size=min_size,
        max_size=max_size,
        name=name,
        open=False,
        check=_see_open_async,
        timeout=POOL_WAIT_S,
        max_waiting=POOL_WAITING_MAX,
        reconnect_timeout=RECONNECT_S_MAX,
        kwargs={**_ALIVE, "application_name": name, "autocommit": autocommit},
    )
    await pool.open(wait=False)
    return pool


async def _see_open_async(connection: psycopg.AsyncConnection[Any]) -> None:
    """As `_see_open`."""
    _see_open(connection)


def _see_open(connection: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> None:
    """
    Raise psycopg.OperationalError if the server has closed the connection, without a round trip.

    A host that disappeared without closing it is found by the keepalives.
    """
    for _ in ("its last message", "the end"):
        connection.pgconn.consume_input()


class ImpatientConnection(psycopg.Connection[tuple[Any, ...]]):
    """A connection that is closed when its server has not answered for `answer_within_s`."""

    answer_within_s: float | None = None

    def wait(self, gen: PQGen[RV], interval: float = _INTERRUPTIBLE_S, timeout: float | None = None) -> RV:
        if timeout is not None or self.answer_within_s is None:
            return super().wait(gen, interval, timeout)
        began = time.monotonic()
        try:
            return super().wait(gen, interval, self.answer_within_s)
        except psycopg.OperationalError as error:
            if time.monotonic() - began < self.answer_within_s:
                raise
            # The server may still execute the statement; what follows must not wait for it once more.
            self.close()
            message = f"the server has not answered for {self.answer_within_s:g} s"
            raise psycopg.OperationalError(message) from error


def connect_own(
    url: str, *, application_name: str, answer_within_s: float | None = None
) -> psycopg.Connection[tuple[Any, ...]]:
    """
    Open a connection of the caller's own, in autocommit; raises psycopg.OperationalError.

    With `answer_within_s`, so does a statement that takes longer, and the connection is closed.
    """
    connection = ImpatientConnection.connect(
        url, autocommit=True, application_name=application_name, **_ALIVE
    )
    connection.answer_within_s = answer_within_s
    return connection


async def connect_own_async(url: str, *, application_name: str) -> psycopg.AsyncConnection[tuple[Any, ...]]:
    """Open an async connection of the caller's own, in autocommit, for example to listen on."""
    return await psycopg.AsyncConnection.connect(
        url, autocommit=True, application_name=application_name, **_ALIVE
    )


# A short read looks up a few rows by their keys, in tables that are in memory: a page that an index leads to
# costs hardly more than the next one. As PostgreSQL expects a disk, it would scan a table of a few pages for
# each row it looks up; a bitmap pays off for many rows only. One plan for all values is made once; compiling
# it would take longer than it runs.
_PLANNED_FOR_SHORT_READS: Final = {
    "random_page_cost": "1.1",
    "enable_bitmapscan": "off",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
}


async def connect_for_reads(url: str, *, name: str, statement_s_max: float) -> AsyncConnection:
    """
    Open an async connection for short reads that are prepared, in autocommit; nothing can be written on it.

    PostgreSQL ends a statement that takes longer than `statement_s_max`. Raises psycopg.OperationalError.
    """
    connection: AsyncConnection = await psycopg.AsyncConnection.connect(
        url, autocommit=True, application_name=name, **_ALIVE
    )
    settings = {
        "statement_timeout": str(round(1000 * statement_s_max)),
        "default_transaction_read_only": "on",
        **_PLANNED_FOR_SHORT_READS,
    }
    await connection.execute("; ".join(f"SET {name} = {value}" for name, value in settings.items()).encode())
    return connection


def describe_error(error: psycopg.Error) -> str:
    """Return an error's class and SQLSTATE. Its text may quote a row, so it must not be logged or shown."""
    state = f"SQLSTATE {error.sqlstate}" if error.sqlstate else "the server did not answer"
    return f"PostgreSQL: {type(error).__name__}, {state}"
