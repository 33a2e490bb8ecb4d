"""The energy balance of a working week: the hours of givers and of drainers, each summed into a band."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

import msgspec

from rules.kinds import EnergySourceKind, HoursBand

MONTHS_MAX: Final = 36
"""The most months in one answer."""

# The middle of each band; the last has no upper edge and counts as two and a half days.
_MIDDLES: Final[dict[HoursBand, int]] = {
    HoursBand.UP_TO_2: 1,
    HoursBand.FROM_2_TO_8: 5,
    HoursBand.FROM_8_TO_16: 12,
    HoursBand.OVER_16: 20,
}
_UPPER_EDGES: Final[tuple[tuple[int, HoursBand], ...]] = (
    (2, HoursBand.UP_TO_2),
    (8, HoursBand.FROM_2_TO_8),
    (16, HoursBand.FROM_8_TO_16),
)
_INSTANT: Final = timedelta(microseconds=1)


class Source(Protocol):
    """An energy source, and the time it was in the portfolio."""

    @property
    def kind(self) -> EnergySourceKind: ...
    @property
    def hours_per_week(self) -> HoursBand: ...
    @property
    def noted_at(self) -> datetime: ...
    @property
    def removed_at(self) -> datetime | None: ...


class EnergyBalance(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of a usual week at a moment; None if no giver, or no drainer, was noted."""

    moment: datetime
    giver: HoursBand | None
    drainer: HoursBand | None


def energy_balance(sources: Iterable[Source], month_ends: Iterable[datetime]) -> tuple[EnergyBalance, ...]:
    """
    Return the sum of the energy sources that existed at each moment, in the order of the moments.

    Owners choose bands, so a sum is a band too: the one with the sum of the middles (1, 5, 12 and 20 hours).
    It only shows how the week is divided: nothing is weighed, and givers don't make up for drainers.
    """
    known = tuple(sources)
    return tuple(_balance(known, moment) for moment in month_ends)


def month_ends(now: datetime, months: int) -> tuple[datetime, ...]:
    """
    Return the last instants of the months before, and `now`, oldest first: 1 to MONTHS_MAX in all.

    Months end at midnight in the time zone of `now`.
    """
    ends = [now]
    for _ in range(min(max(months, 1), MONTHS_MAX) - 1):
        ends.append(ends[-1].replace(day=1, hour=0, minute=0, second=0, microsecond=0) - _INSTANT)
    return tuple(reversed(ends))


def balance_key(sources: Iterable[Source], now: datetime) -> tuple[int, int, int]:
    """
    Return what the balance of these sources depends on, of any number of months until `now`.

    That is the month, whose zone is that of `now`, and which of the moments when a source came or went are
    past: nothing changes between two of them.
    """
    at = now.astimezone(UTC)
    past = sum(
        (source.noted_at <= at) + (source.removed_at is not None and source.removed_at <= at)
        for source in sources
    )
    return now.year, now.month, past


def _balance(sources: Sequence[Source], moment: datetime) -> EnergyBalance:
    at = moment.astimezone(UTC)  # moments of two zones are compared by way of both their offsets
    hours: dict[EnergySourceKind, int] = {}
    for source in sources:
        if source.noted_at <= at and (source.removed_at is None or source.removed_at > at):
            hours[source.kind] = hours.get(source.kind, 0) + _MIDDLES[source.hours_per_week]
    return EnergyBalance(
        moment=moment,
        giver=_band(hours.get(EnergySourceKind.GIVER)),
        drainer=_band(hours.get(EnergySourceKind.DRAINER)),
    )


def _band(hours: int | None) -> HoursBand | None:
    if hours is None:
        return None
    return next((band for upper_edge, band in _UPPER_EDGES if hours <= upper_edge), HoursBand.OVER_16)
