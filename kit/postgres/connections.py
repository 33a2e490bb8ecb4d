"""Connections to PostgreSQL that notice a dead peer in seconds."""

from typing import Any, Final

import psycopg
from psycopg_pool import AsyncConnectionPool, ConnectionPool

CONNECT_TIMEOUT_S: Final = 5
POOL_WAIT_S: Final = 10.0
"""How long a caller waits for a free connection before `psycopg_pool.PoolTimeout`."""
POOL_WAITING_MAX: Final = 1_000
RECONNECT_S_MAX: Final = 10.0

_ALIVE: Final[dict[str, Any]] = {
    "connect_timeout": CONNECT_TIMEOUT_S,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    # What was sent and stays unanswered by the peer's kernel for this long ends the connection.
    "tcp_user_timeout": 10_000,
}


def open_pool(
    url: str, *, min_size: int = 1, max_size: int, name: str, autocommit: bool = False
) -> ConnectionPool[psycopg.Connection[tuple[Any, ...]]]:
    """
    Open a pool that fills itself in the background, also when the server comes up later.

    `name` is seen in `pg_stat_activity`. A connection is tried before it is lent, so that a restarted server
    costs nobody an error.
    """
    return ConnectionPool(
        url,
        min_size=min_size,
        max_size=max_size,
        name=name,
        open=True,
        check=ConnectionPool.check_connection,
        timeout=POOL_WAIT_S,
        max_waiting=POOL_WAITING_MAX,
        reconnect_timeout=RECONNECT_S_MAX,
        kwargs={**_ALIVE, "application_name": name, "autocommit": autocommit},
    )


async def open_async_pool(
    url: str, *, min_size: int = 1, max_size: int, name: str, autocommit: bool = True
) -> AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]]:
    """
    Open a pool of async connections for the running loop; otherwise as `open_pool`.

    Many short reads borrow from it, so trying a connection costs no round trip.
    """
    pool = AsyncConnectionPool(
        url,
        min_size=min_size,
        max_size=max_size,
        name=name,
        open=False,
        check=_see_open,
        timeout=POOL_WAIT_S,
        max_waiting=POOL_WAITING_MAX,
        reconnect_timeout=RECONNECT_S_MAX,
        kwargs={**_ALIVE, "application_name": name, "autocommit": autocommit},
    )
    await pool.open(wait=False)
    return pool


async def _see_open(connection: psycopg.AsyncConnection[Any]) -> None:
    """
    Raise psycopg.OperationalError if the server has closed the connection, without asking it anything.

    That a host is gone with no word is for the keepalives to find out.
    """
    for _ in ("what it said last", "the end"):
        connection.pgconn.consume_input()


def connect_own(url: str, *, application_name: str) -> psycopg.Connection[tuple[Any, ...]]:
    """Open a connection of the caller's own, in autocommit; raises psycopg.OperationalError."""
    return psycopg.connect(url, autocommit=True, application_name=application_name, **_ALIVE)


async def connect_own_async(url: str, *, application_name: str) -> psycopg.AsyncConnection[tuple[Any, ...]]:
    """Open an async connection of the caller's own, in autocommit, say to listen on."""
    return await psycopg.AsyncConnection.connect(
        url, autocommit=True, application_name=application_name, **_ALIVE
    )


def describe_error(error: psycopg.Error) -> str:
    """Name an error by class and SQLSTATE: its text may quote a row, so it is for no log and no page."""
    state = f"SQLSTATE {error.sqlstate}" if error.sqlstate else "the server did not answer"
    return f"PostgreSQL: {type(error).__name__}, {state}"
