"""What colleagues opened to somebody by name."""

from datetime import date
from typing import Final

import psycopg

from kit.postgres.rows import prepared_rows
from projections.views.shared.opened import (
    COLUMNS,
    GROUPED,
    OPENED,
    STILL_OPEN,
    SharedItem,
    not_left_since,
)
from projections.views.shared.tables import EMPLOYED, VIEWERS
from rules.names import plain_name

_SHARED_WITH: Final = f"""
    SELECT {COLUMNS} FROM {OPENED}
    JOIN {VIEWERS.served} v USING (subject, sharing)
    WHERE v.viewer = %(viewer)s AND {STILL_OPEN}
        AND EXISTS (SELECT FROM {EMPLOYED.served} me WHERE me.subject = %(viewer)s)
        AND {not_left_since("s.opened_at", "v.viewer", "s.subject")}
    GROUP BY {GROUPED}
    HAVING %(after)s::text IS NULL
        OR (o.plain_name COLLATE "C", min(s.sharing) COLLATE "C") > (%(after_name)s, %(after)s)
    ORDER BY o.plain_name COLLATE "C", min(s.sharing) COLLATE "C"
    LIMIT %(limit)s
"""


async def shared_with(
    connection: psycopg.AsyncConnection,
    viewer: str,
    *,
    today: date,
    after: tuple[str, str] | None = None,
    limit: int,
) -> list[SharedItem]:
    """
    Return a page of the items that are open to a viewer by name on a day, last day included, by owner's name.

    `after` is the owner's name and the sharing of the last item of the previous page. People who no longer
    work here share nothing and see nothing; after they return, only what was shared since.
    """
    owner_name, sharing = after or (None, None)
    page = {"after": sharing, "after_name": plain_name(owner_name or ""), "limit": limit}
    return await prepared_rows(connection, SharedItem, _SHARED_WITH, viewer=viewer, today=today, **page)
