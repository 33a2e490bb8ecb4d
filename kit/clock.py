"""The only place that reads the wall clock and knows the day; all other code gets a clock or calendar."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol


class Clock(Protocol):
    """Returns the current moment, always with the time zone UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the place


class FixedClock:
    """A clock that shows one moment until `advance` is called."""

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
    """A clock that also knows the day: days begin at midnight in the organisation's zone."""

    clock: Clock
    zone: tzinfo

    def now(self) -> datetime:
        return self.clock.now()

    def today(self) -> date:
        return self.local(self.now()).date()

    def past(self, moment: datetime | None) -> datetime | None:
        """Return a moment of the past; None, which means now, for one to come: nothing is known of it yet."""
        return moment if moment is not None and moment < self.now() else None

    def local(self, moment: datetime) -> datetime:
        """Return the same moment in the organisation's zone, with its day and hour."""
        return moment.astimezone(self.zone)
