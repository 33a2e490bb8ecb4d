"""
How many agreed to be counted: of the whole organisation only, as a band (privacy rule 14).

Members are known, so the number who didn't agree is known too: both must be enough. The figure is made anew
only when enough people began or ended to take part since each earlier one (privacy rule 16). Of a unit it
would say who refused.
"""

from collections.abc import Mapping, Sequence

from rules.releases.bands import band_of
from rules.releases.making import AGE_MAX
from rules.releases.model import Basis, CountBand, Release, ReleaseFloors
from rules.releases.refresh import changed_enough


def participation_of(
    basis: Basis, published: Sequence[Release], bases: Mapping[int, Basis], floors: ReleaseFloors
) -> tuple[CountBand, int] | None:
    """Return the band of contributors and the release that it is of; None if it is hidden."""
    people = basis.contributors & basis.seats.keys()
    enough = min(len(people), len(basis.seats) - len(people)) >= floors.organisation
    earlier = [bases[one.epoch].contributors for one in published if one.contributors_epoch == one.epoch]
    if enough and changed_enough(people, earlier, change=floors.change):
        return band_of(len(people), floor=floors.organisation), basis.epoch
    before = published[-1] if published else None
    if before is None or before.contributors is None or before.contributors_epoch is None:
        return None
    too_old = basis.epoch - before.contributors_epoch > AGE_MAX
    hidden = too_old or before.contributors.low < floors.organisation
    return None if hidden else (before.contributors, before.contributors_epoch)
