"""Creating tables that may be there already, possibly from several processes at once."""

from typing import Any

import psycopg


def create_once(conn: psycopg.Connection[Any], *, lock: int, ddl: bytes) -> None:
    """
    Run CREATE … IF NOT EXISTS statements in one transaction, one process at a time.

    PostgreSQL does not serialise them itself: two processes at once may get a unique violation. `lock` is the
    key of an advisory lock, another one for each group of tables.
    """
    with conn.transaction():
        conn.execute("SELECT pg_advisory_xact_lock(%s)", (lock,))
        conn.execute(ddl)
