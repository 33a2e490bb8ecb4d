"""Opens items to everyone, so that each page of what is shared is full."""

import random
from collections.abc import Sequence
from typing import Final

import psycopg

from projections.views.shared import tables as shared

PAGE: Final = 20


def open_pages(database_url: str, people: Sequence[str]) -> None:
    """Give everyone a full page of items opened by others: rows of the view, as the fold writes them."""
    chance = random.Random(1)  # noqa: S311 - an invented organisation
    with psycopg.connect(database_url) as conn, conn.cursor() as cursor:
        columns = ", ".join(column.name for column in shared.OPEN.all_columns)
        cursor.execute(f"SELECT DISTINCT ON (sharing) {columns} FROM {shared.OPEN.served} ORDER BY sharing")
        opened = cursor.fetchall()
        names = [column.name for column in shared.OPEN.all_columns]
        for viewer in people:
            chosen = [dict(zip(names, row, strict=True)) for row in chance.sample(opened, 2 * PAGE)]
            cursor.executemany(
                f"INSERT INTO {shared.OPEN.served} ({columns})"
                f" VALUES ({', '.join(f'%({name})s' for name in names)}) ON CONFLICT DO NOTHING",
                [row | {"whom": viewer} for row in chosen if row["subject"] != viewer],
            )
