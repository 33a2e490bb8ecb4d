"""The read log as the gateway keeps it: written before an item of someone is shown to another."""

from collections.abc import Sequence
from datetime import date

import structlog

from events.privacy import disclosures as read_log
from events.privacy.disclosures import Disclosure, Shown
from gateway.errors import ErrorCode, GatewayError
from gateway.reading.freshness import Connect

_log = structlog.get_logger("gateway")


class ReadLog:
    """`connect` gives a connection to the primary: what is shown is on record there, or it isn't shown."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    async def record(self, shown: Sequence[Shown]) -> None:
        """Write what is about to be shown. Raises UNAVAILABLE when it can't be written."""
        try:
            # in one trip; what can't be written is known, and raised, when the pipeline ends
            async with self._connect() as connection, connection.pipeline():
                await read_log.record(connection, shown)
        except Exception as error:
            _log.exception("read_log.not_written", kind=type(error).__name__, exc_info=False)
            message = "What others opened is shown once it can be written in their read logs; try again."
            raise GatewayError(ErrorCode.UNAVAILABLE, message) from error

    async def of_owner(
        self, owner: str, *, before_day: date, after: tuple[date, str, str] | None, limit: int
    ) -> list[Disclosure]:
        """Return a page of what was shown of someone before a day, the newest first."""
        async with self._connect() as connection:
            return await read_log.of_owner(connection, owner, before_day=before_day, after=after, limit=limit)
