"""Whose histories an auditor can replay. Rounds and the inbox of feedback are not among them (rule 22)."""

from enum import StrEnum
from typing import Final


class AuditStreamKind(StrEnum):
    """
    A kind of stream that can be replayed; the value is its category on the log.

    A kind may be added; none is ever removed, because events on the log name it.
    """

    PORTFOLIO = "portfolio"
    EMPLOYMENT = "employment"
    TEAM = "team"
    UNITS = "units"
    LENS = "lens"
    CATALOGUE = "catalogue"
    ROLLOUT = "rollout"
    POLICY = "policy"
    RELEASE = "release"
    ACCESS = "access"


OF_A_PERSON: Final = frozenset(
    {AuditStreamKind.PORTFOLIO, AuditStreamKind.EMPLOYMENT, AuditStreamKind.ACCESS}
)
"""Streams with an owner, who gets notice of the replay and may open its contents."""
REPLAY_DAYS_MAX: Final = 30
"""A replay ends by itself after so many days, if its auditor does not finish it before."""
OPENING_DAYS_MAX: Final = 30
"""The longest time for which a grant or a ground opens contents."""
REPLAYS_OPEN_MAX: Final = 20
"""The most replays that one auditor may have open."""
COMMITS_MAX: Final = 100
"""The most commits in one page."""
STREAMS_MAX: Final = 100
"""The most streams in one page of the list."""
PAGE_BYTES_MAX: Final = 2 * 1024 * 1024
"""The most bytes of events on one page of commits; the page ends before the commit that would exceed it."""


def kind_of(category: str) -> AuditStreamKind | None:
    """Return the kind of streams of a category; None if they can't be replayed."""
    return AuditStreamKind(category) if category in set(AuditStreamKind) else None
