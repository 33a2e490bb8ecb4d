"""Whether a subject's rows in a view are parked, and how stale the view is: read together with the rows."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, Generic, TypeVar

import msgspec
import psycopg
from psycopg.rows import class_row

from kit.postgres.statements import Select
from projections.table import SCHEMA
from projections.view import View

Rows = TypeVar("Rows")


class RowStatus(msgspec.Struct, frozen=True, kw_only=True):
    """`parked`: an event of the subject waits for repair, so its rows are old.

    `stale_s`: how many seconds ago the stalest partition of the view was last confirmed up to date; inf
    before any worker confirmed it.
    """

    parked: bool
    stale_s: float


class WithStatus(msgspec.Struct, Generic[Rows], frozen=True, kw_only=True):
    """Rows of a subject and their status, of one moment; `stale_s` is None before any worker confirmed it."""

    parked: bool
    stale_s: float | None
    rows: Rows


def with_status(view: View, rows: str, of: type[Rows], *, subject: str) -> Select[WithStatus[Rows]]:
    """
    Return the statement of rows of a subject in a view with their status, at one moment of the database.

    `rows` selects one JSON value; `subject` is the SQL of the subject's id.
    """
    asked: Any = WithStatus[of]  # type: ignore[valid-type]
    is_of_view = f"view = '{view.name}' AND version = {view.version}"
    return Select(
        f"SELECT json_build_object('parked', EXISTS (SELECT FROM {SCHEMA}.parked"
        f" WHERE {is_of_view} AND subject = {subject}),"
        " 'stale_s', (SELECT extract(epoch FROM clock_timestamp() - min(seen_at))::float8"
        f" FROM {SCHEMA}.positions WHERE {is_of_view}), 'rows', ({rows}))",
        asked,
    )


_UNKNOWN: Final = RowStatus(parked=True, stale_s=float("inf"))
_STATUS: Final = f"""
    SELECT EXISTS (SELECT FROM {SCHEMA}.parked
                   WHERE view = %(view)s AND version = %(version)s AND subject = %(subject)s) AS parked,
           coalesce((SELECT extract(epoch FROM clock_timestamp() - min(seen_at))::float8
                     FROM {SCHEMA}.positions WHERE view = %(view)s AND version = %(version)s),
                    'infinity') AS stale_s
""".encode()


async def read_with_status(
    connection: psycopg.AsyncConnection,
    view: View,
    subject: str,
    read: Callable[[psycopg.AsyncConnection], Awaitable[Rows]],
) -> tuple[RowStatus, Rows]:
    """Return what `read` reads of a subject in a view, and the status of those rows.

    The status is asked before `read` sends its own statements, in one trip with the first of them.
    """
    values = {"view": view.name, "version": view.version, "subject": subject}
    async with connection.pipeline(), connection.cursor(row_factory=class_row(RowStatus)) as cursor:
        await cursor.execute(_STATUS, values, prepare=True)
        rows = await read(connection)
        return await cursor.fetchone() or _UNKNOWN, rows
