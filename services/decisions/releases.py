"""What decisions on releases depend on beyond their stream; it is looked up before deciding."""

from datetime import date

import msgspec

from rules.releases.model import ReleaseFloors


class ReleaseRules(msgspec.Struct, frozen=True, kw_only=True):
    """
    The policy in force as far as releases depend on it, and how far the log is.

    `first_adopted_on` is the day of the organisation's first policy. `positions` has the ordinal of the last
    accepted event of each partition, all of one moment: whatever somebody was answered ACCEPTED before, such
    as the withdrawal of a consent, is in it.
    """

    policy: str
    floors: ReleaseFloors
    every_days: int
    first_adopted_on: date
    positions: tuple[int, ...]
