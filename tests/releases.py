"""Releases for tests, as a process makes them: two units with five teams, and what is shown of them."""

from collections.abc import Sequence
from datetime import date, timedelta

from events.catalog.registry import Event
from events.catalog.releases import (
    CapabilityCellsReleased,
    CapabilityReleased,
    ReleaseCutOff,
    ReleaseHeld,
)
from events.catalog.team import TeamFormed
from events.catalog.units import UnitFormed
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

ORGANISATION = "d" * 32
POLICY = "0" * 32
NORTH, SOUTH = "1" * 32, "2" * 32
DOCK, QUAY, POLDER, LOCK, BRIDGE = ("a1" * 16, "a2" * 16, "a3" * 16, "a4" * 16, "a5" * 16)
FIRST_DAY = date(2026, 1, 5)
FLOORS = ReleaseFloors(organisation=5, energy=10, change=5)
LISTENING, CALMING, UNSHOWN = "b1" * 16, "b2" * 16, "b3" * 16
"""Terms: two of `understanding` and `calm` that are shown, and one that is not."""


def tree() -> list[tuple[str, Event]]:
    """North has two teams and South three; each is formed on its own stream."""
    units = f"units-{ORGANISATION}"
    formed: list[tuple[str, Event]] = [
        (units, UnitFormed(unit=NORTH, name="Noord")),
        (units, UnitFormed(unit=SOUTH, name="=Zuid")),  # a name as a spreadsheet would compute it
    ]
    for team, name, unit in (
        (DOCK, "Team Dok", NORTH),
        (QUAY, "Team Kade", NORTH),
        (POLDER, "Team Polder", SOUTH),
        (LOCK, "Team Sluis", SOUTH),
        (BRIDGE, "Team Brug; de overkant", SOUTH),
    ):
        formed.append((f"team-{team}", TeamFormed(name=name, unit=unit)))
    return formed


def band(low: int, high: int) -> CountBand:
    return CountBand(low=low, high=high)


def cell(unit: str, low: int, high: int, *, cluster: str = "understanding", **more: object) -> ReleasedCell:
    return ReleasedCell(unit=unit, cluster=cluster, holders=band(low, high), **{"epoch": 1, **more})  # type: ignore[arg-type]


def understanding(epoch: int = 1) -> ClusterRelease:
    """The whole, South, and below hidden North the dock are shown; the rest of each is a row of its own."""
    return ClusterRelease(
        cluster="understanding",
        regions=(Region(unit=WHOLE, epoch=epoch, value=9), Region(unit=SOUTH, epoch=epoch, value=12)),
        cells=(
            cell(WHOLE, 20, 49, trend=Trend.RISING, energy=EnergyWord.MOSTLY_GIVES, energy_epoch=1),
            cell(WHOLE, 5, 9, rest=True, scarce=True, epoch=epoch),
            cell(SOUTH, 10, 19, trend=Trend.STEADY, epoch=epoch),
            cell(SOUTH, 10, 19, rest=True, epoch=epoch),
            cell(DOCK, 5, 9, scarce=True, energy=EnergyWord.MIXED, energy_epoch=epoch, epoch=epoch),
        ),
        terms=(ReleasedTerm(term=LISTENING, holders=band(10, 19), epoch=1),),
    )


def calm(epoch: int = 1) -> ClusterRelease:
    """Of the whole alone."""
    return ClusterRelease(
        cluster="calm",
        regions=(Region(unit=WHOLE, epoch=epoch, value=31),),
        cells=(
            cell(WHOLE, 20, 49, cluster="calm", epoch=epoch),
            cell(WHOLE, 20, 49, cluster="calm", rest=True, epoch=epoch),
        ),
        terms=(ReleasedTerm(term=CALMING, holders=band(20, 49), epoch=epoch),),
    )


def cut_off(epoch: int, *, positions: Sequence[int] = (1_000,), layout_epoch: int = 1) -> ReleaseCutOff:
    return ReleaseCutOff(
        epoch=epoch,
        on=FIRST_DAY + timedelta(days=90 * (epoch - 1)),
        policy=POLICY,
        positions=tuple(positions),
        floors=FLOORS,
        layout_epoch=layout_epoch,
    )


def published(epoch: int) -> list[Event]:
    """The commit that makes a release public."""
    return [
        CapabilityCellsReleased(epoch=epoch, of=understanding(epoch)),
        CapabilityCellsReleased(epoch=epoch, of=calm(epoch)),
        CapabilityReleased(epoch=epoch, contributors=band(50, 99), contributors_epoch=1),
    ]


def held(epoch: int, reason: Held = Held.UNCHANGED) -> list[Event]:
    return [ReleaseHeld(epoch=epoch, reason=reason)]
