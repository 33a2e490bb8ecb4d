"""Lets one process at a time do a thing, by an advisory lock on a connection of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from kit.postgres.connections import connect_own


@contextmanager
def alone(url: str, *, lock: int, name: str, wait: bool = False) -> Iterator[bool]:
    """
    Yield whether this process may do it; while inside, no other may.

    `lock` is the key, the same in all processes. With `wait`, it waits until the others are done. `name` is
    what the connection is called. A process that dies lets go of it with its connection.
    """
    with connect_own(url, application_name=name) as connection:
        if wait:
            connection.execute("SELECT pg_advisory_lock(%s)", (lock,))
            yield True
            return
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", (lock,)).fetchone()
        yield row is not None and bool(row[0])
