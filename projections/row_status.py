"""How rows stand that a reader is given: whether they wait for repair, and how old they may be."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import msgspec
import psycopg
from psycopg.rows import class_row

from projections.table import SCHEMA
from projections.view import View


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Of a subject, whether it is `parked`; of the view, how long ago its stalest part was known whole."""

    parked: bool
    stale_s: float


_STANDING: Final = f"""
    SELECT EXISTS (SELECT FROM {SCHEMA}.parked
                   WHERE view = %(view)s AND version = %(version)s AND subject = %(subject)s) AS parked,
           coalesce((SELECT extract(epoch FROM clock_timestamp() - min(seen_at))::float8
                     FROM {SCHEMA}.positions WHERE view = %(view)s AND version = %(version)s),
                    'infinity') AS stale_s
""".encode()


@asynccontextmanager
async def standing(
    connection: psycopg.AsyncConnection, view: View, subject: str, check: Callable[[Standing], None]
) -> AsyncIterator[None]:
    """Let `check` see how a subject stands in a view, before the block that reads it is over.

    Asked before the block's own statements, in one trip with them; what `check` raises, the block raises.
    """
    values = {"view": view.name, "version": view.version, "subject": subject}
    async with connection.pipeline(), connection.cursor(row_factory=class_row(Standing)) as cursor:
        await cursor.execute(_STANDING, values, prepare=True)
        yield
        check(await cursor.fetchone() or Standing(parked=True, stale_s=float("inf")))
