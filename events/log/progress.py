"""How far the journal has come in each partition, for whoever shows how far behind it a reader is."""

import msgspec
import psycopg
from psycopg import sql

from events.log.tables import names


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
