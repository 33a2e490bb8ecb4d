"""Whether a subject's rows in a view are parked, and how stale the view is: read together with the rows."""

from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec
import psycopg

from kit.postgres.statements import Select
from projections.table import SCHEMA
from projections.view import View

Rows = TypeVar("Rows")


class WithStatus(msgspec.Struct, Generic[Rows], frozen=True, kw_only=True):
    """
    Rows of a subject with their status.

    `parked`: an event of the subject waits for repair, so its rows are old. `stale_s`: how many seconds ago
    the stalest partition of the view was last confirmed up to date; None before any worker confirmed it.
    """

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


@cache
def _status(view: View) -> Select[WithStatus[None]]:
    return with_status(view, "SELECT 'null'::json", type(None), subject="%(subject)s")


async def read_with_status(
    connection: psycopg.AsyncConnection,
    view: View,
    subject: str,
    read: Callable[[psycopg.AsyncConnection], Awaitable[Rows]],
) -> WithStatus[Rows]:
    """Return what `read`, which may be several statements, reads of a subject in a view, with its status.

    The status is asked before `read` sends its own statements, in one trip with the first of them.
    """
    asked = _status(view).read(subject=subject)
    async with connection.pipeline():
        answer = await asked.sent_on(connection)
        rows = await read(connection)
        status = await answer()
    return WithStatus(parked=status.parked, stale_s=status.stale_s, rows=rows)
