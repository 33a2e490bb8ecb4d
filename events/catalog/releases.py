"""Events of capability releases: stream `release-<organisation>`, written by a process."""

from datetime import date
from typing import Final

from events.catalog.registry import Event, event
from rules.releases import model

SEALED: Final = False


@event("release.release-cut-off.v1")
class ReleaseCutOff(Event, frozen=True, kw_only=True):
    """
    Release number `epoch`, 1 for the first, counts the events up to here.

    `positions` has the ordinal of the last event that counts, for each partition of the log. `on` is the
    release's day, a fixed date of the policy, and `policy` the one in force.
    """

    epoch: int
    on: date
    policy: str
    positions: tuple[int, ...]
    floors: model.ReleaseFloors
    layout_epoch: int


@event("release.capability-cells-released.v1")
class CapabilityCellsReleased(Event, frozen=True, kw_only=True):
    """What a release shows of one cluster. CapabilityReleased, which comes last, makes it public."""

    epoch: int
    of: model.ClusterRelease


@event("release.capability-released.v1")
class CapabilityReleased(Event, frozen=True, kw_only=True):
    """The release is public. `contributors` is None where participation is hidden."""

    epoch: int
    contributors: model.CountBand | None = None
    contributors_epoch: int | None = None


@event("release.release-held.v1")
class ReleaseHeld(Event, frozen=True, kw_only=True):
    """Nothing new is shown, for this reason: the release that was in force stays so."""

    epoch: int
    reason: model.Held


ReleaseEvent = ReleaseCutOff | CapabilityCellsReleased | CapabilityReleased | ReleaseHeld
