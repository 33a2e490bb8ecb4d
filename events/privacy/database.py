"""The vault's database: connections to it, whose errors say only that nothing is known."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg

from events.privacy.sealing import VaultUnreachableError
from kit.postgres.connections import open_pool

WAIT_S_MAX: Final = 3.0
"""Well under a worker's lease: a worker that waits here must not be taken for a frozen one."""
POOL_MAX: Final = 4


class VaultDatabase:
    """A pool of connections to the vault; safe from several threads."""

    def __init__(self, url: str, *, name: str = "vault") -> None:
        self._pool = open_pool(url, min_size=1, max_size=POOL_MAX, name=name)

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        """Lend a connection; the block is one transaction. Raises VaultUnreachableError."""
        try:
            with self._pool.connection(timeout=WAIT_S_MAX) as conn:
                yield conn
        except psycopg.Error as error:
            # Whatever the cause, nothing is known about any key: a worker must not park an event for it.
            raise VaultUnreachableError("the vault's database does not answer, or refuses") from error

    @contextmanager
    def _reading(self) -> Iterator[psycopg.Connection[Any]]:
        """Lend a connection for one statement: no trip begins or ends its transaction."""
        with self._connection() as conn:
            conn.autocommit = True
            try:
                yield conn
            finally:
                if not conn.closed:
                    conn.autocommit = False
