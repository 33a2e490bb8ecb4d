"""What colleagues opened to somebody by name."""

from datetime import date
from typing import Final

from kit.postgres.statements import Source, Value
from projections.row_status import WithStatus, with_status
from projections.views.shared.fold import VIEW
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
    WHERE v.whom = %(viewer)s::text
        AND (v.plain_name COLLATE "C", v.sharing COLLATE "C") > (%(after_name)s::text, %(after)s::text)
        AND EXISTS (SELECT FROM {EMPLOYED.served} me WHERE me.subject = %(viewer)s)
    ORDER BY v.plain_name COLLATE "C", v.sharing COLLATE "C"
    LIMIT %(limit)s::int
"""


AfterItem = tuple[str, str]
"""The owner's name and the sharing of the last item of a page."""
SHARED_WITH: Final = with_status(
    VIEW,
    f"SELECT coalesce(json_agg(p), '[]') FROM ({_SHARED_WITH}) p",
    list[SharedItem],
    subject="%(viewer)s",
)
"""The statement of `shared_with`, for the values that `page_for` returns."""


def page_for(viewer: str, *, today: date, after: AfterItem | None = None, limit: int) -> dict[str, Value]:
    """Return the values of the page after the one that `after` is of."""
    owner_name, sharing = after or ("", "")
    page: dict[str, Value] = {"after_name": plain_name(owner_name), "after": sharing, "limit": limit}
    return {"viewer": viewer, "today": today, **page}


async def shared_with(
    source: Source, viewer: str, *, today: date, after: AfterItem | None = None, limit: int
) -> WithStatus[list[SharedItem]]:
    """
    Return a page of the items that are open to a viewer by name on a day, last day included, by owner's name.

    `after` is of the previous page. People who no longer work here share nothing and see nothing; after they
    return, only what was shared since. The status is that of the viewer's rows, of the same moment.
    """
    return await SHARED_WITH.read(**page_for(viewer, today=today, after=after, limit=limit)).of(source)
