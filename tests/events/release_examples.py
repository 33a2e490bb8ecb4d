"""Examples of every event of capability releases."""

from datetime import date
from typing import Final

from events.catalog.registry import Event
from events.catalog.releases import (
    CapabilityCellsReleased,
    CapabilityReleased,
    ReleaseCutOff,
    ReleaseHeld,
)
from rules.releases.model import (
    WHOLE,
    ClusterRelease,
    CountBand,
    EnergyWord,
    Held,
    Region,
    ReleasedCell,
    ReleasedTerm,
    ReleaseFloors,
    Trend,
)

_UNIT: Final = "4a" * 16
_TERM: Final = "9f" * 16
_POLICY: Final = "c2" * 16
_BAND: Final = CountBand(low=10, high=19)

RELEASE_EXAMPLES: Final[tuple[Event, ...]] = (
    ReleaseCutOff(
        epoch=2,
        on=date(2027, 3, 1),
        policy=_POLICY,
        positions=(1204, 0, 988),
        floors=ReleaseFloors(organisation=5, energy=10, change=5),
        layout_epoch=1,
    ),
    CapabilityCellsReleased(
        epoch=2,
        of=ClusterRelease(
            cluster="calm",
            regions=(Region(unit=WHOLE, epoch=1, value=11), Region(unit=_UNIT, epoch=2, value=7)),
            cells=(
                ReleasedCell(
                    unit=WHOLE,
                    cluster="calm",
                    holders=_BAND,
                    trend=Trend.RISING,
                    energy=EnergyWord.MOSTLY_GIVES,
                    energy_epoch=2,
                    epoch=1,
                ),
                ReleasedCell(unit=WHOLE, cluster="calm", holders=_BAND, rest=True, epoch=1),
                ReleasedCell(
                    unit=_UNIT, cluster="calm", holders=CountBand(low=5, high=9), scarce=True, epoch=2
                ),
            ),
            terms=(ReleasedTerm(term=_TERM, holders=_BAND, epoch=2),),
        ),
    ),
    CapabilityReleased(epoch=2),
    CapabilityReleased(epoch=2, contributors=CountBand(low=50, high=99), contributors_epoch=2),
    ReleaseHeld(epoch=3, reason=Held.TOO_FEW),
    ReleaseHeld(epoch=3, reason=Held.UNCHANGED),
)
