"""How the gateway reads the views: rows of one subject only when they are neither parked nor too stale."""

import math
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from gateway.errors import ErrorCode, GatewayError
from gateway.limits.lending import asked_on_connections
from gateway.reading.freshness import Connect, too_stale
from gateway.reading.term_labels import KeptTerms
from kit.postgres.statements import Ask
from projections import parking
from projections.row_status import WithStatus, read_with_status
from projections.view import View
from projections.views import organisation

Rows = TypeVar("Rows")


class ViewReader:
    """
    `connection` lends a connection of the pool for reading; one to a replica will do.

    `ask` answers the short reads that most requests need: by a channel, or else on such connections. `terms`
    are kept for all requests.
    """

    def __init__(self, connection: Connect, ask: Ask | None = None) -> None:
        self.connection = connection
        self.ask: Ask = ask or asked_on_connections(connection)
        self.terms = KeptTerms(self.ask)

    async def subject(
        self,
        view: View,
        subject: str,
        read: Callable[[Any], Awaitable[Rows]],
        *,
        at_most_s: float = math.inf,
    ) -> Rows:
        """Return what `read`, given a connection, reads of a subject in a view.

        Raises PARKED while an event of the subject waits for repair, and UNAVAILABLE if the view was last
        confirmed up to date more than `at_most_s` ago. Name that limit for whatever one person shows another.
        """
        async with self.connection() as connection:
            found = await read_with_status(connection, view, subject, read)
        return rows_of(found, at_most_s=at_most_s)


def rows_of(found: WithStatus[Rows], *, at_most_s: float = math.inf) -> Rows:
    """Return the rows of a subject. Raises as `ViewReader.subject` does."""
    stale_s = math.inf if found.stale_s is None else found.stale_s
    if stale_s > at_most_s:
        raise too_stale(at_most_s)
    if found.parked:
        raise parked()
    return found.rows


async def check_not_parked(connection: Any, view: View, subjects: Sequence[str]) -> None:
    """Raise PARKED while an event of any of these subjects waits for repair in the view."""
    if await parking.parked_of(connection, view, subjects):
        raise parked()


async def check_organisation_not_parked(connection: Any, *views: View) -> None:
    """Raise PARKED while an event of the organisation waits for repair in one of these views."""
    known = await organisation.organisation(connection)
    for view in views:
        await check_not_parked(connection, view, [known.organisation] if known else [])


def parked() -> GatewayError:
    message = (
        "An event of this subject waits for repair, so what could be shown is out of date; try again later."
    )
    return GatewayError(ErrorCode.PARKED, message)
