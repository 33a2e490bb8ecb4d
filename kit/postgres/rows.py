"""Runs a read, and gives its rows as structs."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
import psycopg
from psycopg.rows import dict_row

T = TypeVar("T")


async def rows(connection: psycopg.AsyncConnection, of: type[T], statement: str, /, **values: Any) -> list[T]:
    """Return the rows of a statement; each column is a field of `of`. Values may have any name."""
    return await _rows(connection, of, statement, values)


async def prepared_rows(
    connection: psycopg.AsyncConnection, of: type[T], statement: str, /, **values: Any
) -> list[T]:
    """Return the rows of a statement that takes longer to plan than to run.

    It is prepared at its first use of a connection, and not only when psycopg has seen it a few times.
    """
    return await _rows(connection, of, statement, values, prepare=True)


async def _rows(
    connection: psycopg.AsyncConnection,
    of: type[T],
    statement: str,
    values: Mapping[str, Any],
    *,
    prepare: bool | None = None,
) -> list[T]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement.encode(), values, prepare=prepare)
        return [msgspec.convert(row, of) for row in await cursor.fetchall()]
