"""The commands that put a made release on the log: one, or several where it does not fit one commit."""

from collections.abc import Iterable

import msgspec

from events.catalog.releases import ReleaseCutOff
from rules.releases.model import ClusterRelease, Release
from services.contexts.releases.commands import (
    PART_BYTES_MAX,
    HoldRelease,
    PublishRelease,
    ReleaseCells,
    ReleaseCommand,
)


def commands_for(
    made: Release, cut_off: ReleaseCutOff, *, noted: Iterable[ClusterRelease]
) -> list[ReleaseCommand]:
    """
    Return what is still to be sent for a release, the last of it makes it public.

    `noted` are the clusters that are on the log already. How a release is cut into parts depends on it alone,
    so all processes send the same ones.
    """
    epoch, on = cut_off.epoch, cut_off.on
    if made.held is not None:
        return [HoldRelease(epoch=epoch, on=on, reason=made.held)]
    done = {of.cluster for of in noted}
    *first, last = parts_of(made.clusters)
    parts = [ReleaseCells(epoch=epoch, on=on, clusters=part) for part in first if part[0].cluster not in done]
    publish = PublishRelease(
        epoch=epoch,
        on=on,
        clusters=last,
        contributors=made.contributors,
        contributors_epoch=made.contributors_epoch,
    )
    return [*parts, publish]


def parts_of(
    clusters: tuple[ClusterRelease, ...], *, bytes_max: int = PART_BYTES_MAX
) -> list[tuple[ClusterRelease, ...]]:
    """Return the clusters in order, as many in each part as fit; at least one part, and one cluster in it."""
    parts: list[tuple[ClusterRelease, ...]] = [()]
    size = 0
    for of in clusters:
        more = len(msgspec.json.encode(of))
        if parts[-1] and size + more > bytes_max:
            parts.append(())
            size = 0
        parts[-1] = (*parts[-1], of)
        size += more
    return parts
