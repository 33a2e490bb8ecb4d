"""The only place that reads the wall clock, and that says which day it is; everything else is given it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol


class Clock(Protocol):
    """Tells the moment it is, always aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the place


class FixedClock:
    """A clock that stands still until it is told to move on."""

    def __init__(self, moment: datetime) -> None:
        if moment.utcoffset() is None:
            raise ValueError(f"A clock needs a moment with a time zone, not {moment}.")
        self._moment = moment.astimezone(UTC)

    def now(self) -> datetime:
        return self._moment

    def advance(self, by: timedelta) -> None:
        self._moment += by


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A clock for who asks for days: they are the organisation's, and begin at midnight in its zone."""

    clock: Clock
    zone: tzinfo

    def now(self) -> datetime:
        return self.clock.now()

    def today(self) -> date:
        return self.local(self.now()).date()

    def local(self, moment: datetime) -> datetime:
        """Return the same moment with the day and the hour that it has in the organisation."""
        return moment.astimezone(self.zone)
