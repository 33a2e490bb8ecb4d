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
from projections.views.shared.tables import EMPLOYED, OPEN
from rules.names import plain_name

# The rows of the viewer in the order of the index, until the page is full. Each is looked up with all that
# opens the same item, and is shown if it is the first of these. With HAVING in LATERAL the planner expects
# that few rows fall away, so that it keeps to the order of the index.
_SHARED_WITH: Final = f"""
    SELECT x.* FROM {OPEN.served} v CROSS JOIN LATERAL (
        SELECT {COLUMNS} FROM {OPENED}
        WHERE s.subject = v.subject AND s.item = v.item AND s.whom = v.whom AND {STILL_OPEN}
            AND {not_left_since("s.opened_at", "v.whom", "s.subject")}
        GROUP BY {GROUPED} HAVING min(s.sharing) = v.sharing
    ) x
    WHERE v.whom = %(viewer)s
        AND (v.plain_name COLLATE "C", v.sharing COLLATE "C") > (%(after_name)s, %(after)s)
        AND EXISTS (SELECT FROM {EMPLOYED.served} me WHERE me.subject = %(viewer)s)
    ORDER BY v.plain_name COLLATE "C", v.sharing COLLATE "C"
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
    owner_name, sharing = after or ("", "")
    page = {"after": sharing, "after_name": plain_name(owner_name), "limit": limit}
    return await prepared_rows(connection, SharedItem, _SHARED_WITH, viewer=viewer, today=today, **page)
