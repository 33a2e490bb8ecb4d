"""The gateway's access to the read log: written before an item of one person is shown to another."""

import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

import structlog
from cachetools import TTLCache

from events.privacy import disclosures
from events.privacy.disclosures import Disclosure, DisclosureEntry
from gateway.errors import ErrorCode, GatewayError
from gateway.limits.lending import asked_on_connections
from gateway.reading.freshness import Connect
from kit.postgres.statements import Ask
from rules.kinds import ItemKind

WRITTEN_KNOWN_S: Final = 300.0
"""So long an entry that this process wrote is known to be there, and not written again."""
WRITTEN_KNOWN_MAX: Final = 20_000

_log = structlog.get_logger("gateway")


class ReadLog:
    """
    `connect` lends a connection to the primary: what is not recorded there is not shown.

    `ask` answers its reads, or else such connections do.

    An entry is the same all day. What this process wrote a moment ago, it knows to be there. Not for longer:
    a standby that takes over may not have it.
    """

    def __init__(
        self, connect: Connect, ask: Ask | None = None, *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._connect = connect
        self._ask = ask or asked_on_connections(connect)
        self._now_s = now_s
        self.forget_written()

    def forget_written(self) -> None:
        """Take nothing to be there, also of what is being written: it may be another server from now on."""
        self._written: TTLCache[DisclosureEntry, None] = TTLCache(
            WRITTEN_KNOWN_MAX, WRITTEN_KNOWN_S, timer=self._now_s
        )

    async def record(self, entries: Sequence[DisclosureEntry]) -> None:
        """Write entries for items that are about to be shown. Raises UNAVAILABLE if they can't be written."""
        written = self._written
        new = [entry for entry in entries if entry not in written]
        if not new:
            return
        try:
            # One trip: a statement that failed raises at the latest when the pipeline ends.
            async with self._connect() as connection, connection.pipeline():
                await disclosures.record(connection, new)
        except Exception as error:
            self.forget_written()
            _log.exception("read_log.not_written", kind=type(error).__name__, exc_info=False)
            message = "The read log can't be written, so no items of others are shown; try again later."
            raise GatewayError(ErrorCode.UNAVAILABLE, message) from error
        written.update(dict.fromkeys(new))

    async def of_owner(
        self,
        owner: str,
        *,
        before_day: date,
        after: tuple[date, str, str] | None,
        limit: int,
        kinds: Sequence[ItemKind] | None = None,
    ) -> list[Disclosure]:
        """Return a page of what was shown of someone before a day, the newest first; of all kinds or some."""
        return await disclosures.of_owner(
            self._ask, owner, before_day=before_day, after=after, limit=limit, kinds=kinds
        )
