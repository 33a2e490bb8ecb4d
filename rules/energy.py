"""Energy in a working week: what gives it and what costs it, each summed into a band of hours."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

import msgspec

from rules.kinds import EnergySourceKind, HoursBand

MONTHS_MAX: Final = 36
"""So many months are told at once at most."""

# Half of each band; the last has no upper edge, and counts as two days and a half.
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
    """An energy source, from when until when it stood in the portfolio."""

    @property
    def kind(self) -> EnergySourceKind: ...
    @property
    def hours_per_week(self) -> HoursBand: ...
    @property
    def noted_at(self) -> datetime: ...
    @property
    def removed_at(self) -> datetime | None: ...


class EnergyBalance(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of a usual week at a moment; None: no giver, or no drainer, was noted."""

    moment: datetime
    giver: HoursBand | None
    drainer: HoursBand | None


def energy_balance(sources: Iterable[Source], month_ends: Iterable[datetime]) -> tuple[EnergyBalance, ...]:
    """
    Return the sum of the energy sources that stood there at each moment, in the order of the moments.

    Owners tell bands, so a sum is a band too: that of the sum of the bands' middles (1, 5, 12 and 20 hours).
    It tells how the week is divided and no more: nothing is weighed, and givers don't make up for drainers.
    """
    known = tuple(sources)
    return tuple(_balance(known, moment) for moment in month_ends)


def month_ends(now: datetime, months: int) -> tuple[datetime, ...]:
    """
    Return the last instants of the months before and `now`, oldest first: 1 to MONTHS_MAX in all.

    Months end where `now` says it is: it comes with the time zone that is asked about.
    """
    ends = [now]
    for _ in range(min(max(months, 1), MONTHS_MAX) - 1):
        ends.append(ends[-1].replace(day=1, hour=0, minute=0, second=0, microsecond=0) - _INSTANT)
    return tuple(reversed(ends))


def _balance(sources: Sequence[Source], moment: datetime) -> EnergyBalance:
    there = [source for source in sources if _stands(source, moment)]
    return EnergyBalance(
        moment=moment,
        giver=_sum(there, EnergySourceKind.GIVER),
        drainer=_sum(there, EnergySourceKind.DRAINER),
    )


def _stands(source: Source, moment: datetime) -> bool:
    return source.noted_at <= moment and (source.removed_at is None or source.removed_at > moment)


def _sum(sources: Iterable[Source], kind: EnergySourceKind) -> HoursBand | None:
    hours = [_MIDDLES[source.hours_per_week] for source in sources if source.kind == kind]
    return _band(sum(hours)) if hours else None


def _band(hours: int) -> HoursBand:
    return next((band for upper_edge, band in _UPPER_EDGES if hours <= upper_edge), HoursBand.OVER_16)
