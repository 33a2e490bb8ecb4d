"""What time brings about: sharing that is over ends; the read log gets room ahead and loses old months."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import Any, Final, Protocol

import structlog

from kit import metrics
from kit.clock import Calendar
from kit.health import Health
from kit.ids import derived_id
from kit.lifecycle import Stop
from projections.views import organisation, profile
from services.contexts.portfolio.sharing.commands import EndItemSharings

EVERY_S: Final = 20.0
AGAIN_S: Final = 2.0
"""How soon a turn that failed is tried again."""
QUIET_FAILURES: Final = 5
AT_ONCE_MAX: Final = 500
"""Sharings looked at in one turn; the others have the next."""
READ_LOG_MONTHS_DEFAULT: Final = 24
"""How long lines of the read log are kept until a policy says otherwise."""
NAME: Final = "scheduler"

Connect = Callable[[], AbstractAsyncContextManager[Any]]
_log = structlog.get_logger(__name__)
_ended = metrics.counter("ipp_sharings_ended_total", "Sharings that time ended.")


class Give(Protocol):
    """
    Gives a command that is a process's to give, and says whether nothing is left to do for it.

    What stands in the way of one owner is its answer, not an error: the others have their turn.
    """

    def __call__(self, command: EndItemSharings, *, process: str, occasion: str) -> bool: ...


KeepReadLog = Callable[[date, int], None]
"""Makes room in the read log for the months ahead of a day, and drops what is older than so many months."""


class Scheduler:
    """Looks for what is due and asks the services for it; they decide, from the log, whether it is so."""

    def __init__(
        self, *, connect: Connect, give: Give, keep_read_log: KeepReadLog, calendar: Calendar, health: Health
    ) -> None:
        self._connect = connect
        self._give = give
        self._keep_read_log = keep_read_log
        self._calendar = calendar
        self._health = health
        self._kept_on: date | None = None
        health.expect(NAME, within_s=EVERY_S * 4)

    def run(self, stop: Stop) -> None:
        """Take turns until `stop`; a turn that fails is told, and tried again."""
        failed = 0
        while not stop.is_set():
            try:
                waiting = self.turn()
            except Exception as error:  # noqa: BLE001 - whatever is away now may be back in the next turn
                kind, failed = type(error).__name__, failed + 1
                # Quietly at first: at a first start the views are being made.
                log = _log.warning if failed > QUIET_FAILURES else _log.info
                log("scheduler.turn_failed", reason=kind)
                self._health.report(NAME, ok=False, degraded=True, sentence=f"can't do its work ({kind})")
                stop.wait(AGAIN_S)
            else:
                failed = 0
                sentence = f"{waiting} sharings could not be ended yet" if waiting else "nothing is overdue"
                self._health.report(NAME, ok=not waiting, degraded=True, sentence=sentence)
                stop.wait(EVERY_S)

    def turn(self) -> int:
        """Do what is due now, and return how many sharings still wait for their end."""
        today = self._calendar.today()
        due, months = asyncio.run(self._look(today))
        if self._kept_on != today:
            self._keep_read_log(today, months)
            self._kept_on = today
        return self._end(due, today)

    async def _look(self, today: date) -> tuple[Sequence[profile.DueSharing], int]:
        async with self._connect() as connection:
            policy = await organisation.policy_in_force(connection)
            due = await profile.sharings_to_end(connection, today, AT_ONCE_MAX)
        return due, policy.read_log_months if policy else READ_LOG_MONTHS_DEFAULT

    def _end(self, due: Sequence[profile.DueSharing], today: date) -> int:
        """
        Give one command for each owner: the same all day.

        One that the log settled as never to happen is another on the next day.
        """
        together: dict[str, list[str]] = {}
        for sharing in due:
            together.setdefault(sharing.owner, []).append(sharing.sharing)
        waiting = 0
        for owner, ids in together.items():
            command = EndItemSharings(owner=owner, sharing_ids=tuple(ids))
            if self._give(command, process=NAME, occasion=derived_id(today.isoformat(), *ids)):
                _ended.inc(len(ids))
            else:
                waiting += len(ids)
        return waiting
