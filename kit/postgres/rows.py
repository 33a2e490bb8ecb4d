"""Runs a read, and gives its rows as structs."""

from typing import Any, TypeVar

import msgspec
import psycopg
from psycopg.rows import dict_row

T = TypeVar("T")


async def rows(
    connection: psycopg.AsyncConnection, kind: type[T], statement: str, /, **values: Any
) -> list[T]:
    """Return the rows of a statement; each column is a field of `kind`. Values may have any name."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement.encode(), values)
        return [msgspec.convert(row, kind) for row in await cursor.fetchall()]
