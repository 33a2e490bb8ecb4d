"""The loop that makes releases on their dates, and raises an alarm when one is overdue."""

from datetime import date, timedelta
from typing import Final

import structlog
from eventsourcing.persistence import PersistenceError

from events.privacy.sealing import VaultUnreachableError
from kit.clock import Calendar
from kit.errors import RequestError
from kit.health import Health
from kit.lifecycle import Stop
from kit.metrics import gauge
from kit.telemetry import traceback_summary
from processes.releases.maker import Maker, Progress

EVERY_S: Final = 20.0
AGAIN_S: Final = 2.0
"""How soon a release that waits is tried again."""
SILENT_S_MAX: Final = 900.0
"""Making the release of a hundred thousand people takes minutes, in one turn."""
OVERDUE_AFTER: Final = timedelta(days=1)
CHECK: Final = "releases"

OVERDUE_DAYS: Final = gauge(
    "ipp_release_overdue_days", "Days since the date of a release that is due; 0 when none is."
)
_log = structlog.get_logger(__name__)


class ReleaseLoop:
    """Takes turns until the stop. An error in one turn is reported, and the next one tries again."""

    def __init__(self, maker: Maker, *, calendar: Calendar, health: Health) -> None:
        self._maker, self._calendar, self._health = maker, calendar, health
        self._alarmed_on: date | None = None
        self._due_on: date | None = None
        health.expect(CHECK, within_s=SILENT_S_MAX)

    def run(self, stop: Stop) -> None:
        while not stop.is_set():
            stop.wait(AGAIN_S if self.turn().waits else EVERY_S)

    def turn(self) -> Progress:
        """Make what is due, and report."""
        try:
            progress = self._maker.turn(self._say)
            self._due_on = progress.due_on
        except Exception as error:  # noqa: BLE001 - what is away now may be back in the next turn
            known = isinstance(error, RequestError | PersistenceError | VaultUnreachableError)
            log = _log.warning if known else _log.error
            log("release.failed", reason=type(error).__name__, where=traceback_summary(error))
            sentence = f"releases can't be made at the moment ({type(error).__name__})"
            progress = Progress(sentence=sentence, waits=True, due_on=self._due_on)
        self._health.report(CHECK, ok=not progress.waits, degraded=True, sentence=self._with_alarm(progress))
        return progress

    def _say(self, sentence: str) -> None:
        self._health.report(CHECK, ok=True, sentence=sentence)

    def _with_alarm(self, progress: Progress) -> str:
        """Return the sentence; of a release that is overdue it says so, and the log does once a day."""
        today = self._calendar.today()
        late = today - progress.due_on if progress.due_on is not None else timedelta(0)
        OVERDUE_DAYS.set(late.days)
        if not progress.waits or late < OVERDUE_AFTER:
            return progress.sentence
        if self._alarmed_on != today:
            _log.critical("release.overdue", days=late.days, reason=progress.sentence)
            self._alarmed_on = today
        return f"overdue by {late.days} days: {progress.sentence}"
