"""
Events of a team: stream `team-<team>`. They hold random ids, days and numbers; nobody is named in words.

What a member wrote is on the member's own stream, sealed: events/catalog/teamwork.py. `seen` is the version
of a member's employment stream that an act was decided on: a later leaving ends what the act began.
"""

from datetime import date
from typing import Final

from events.catalog.registry import Event, event
from rules.kinds import HoursBand, WorkOfferEnd

SEALED: Final = False


@event("team.team-formed.v1")
class TeamFormed(Event, frozen=True, kw_only=True):
    """
    The team exists, in this unit of the organisation.

    `key` is its key in the HR system; the team's id is derived from it and can't be turned back. None: not
    recorded, by a program of before.
    """

    name: str
    unit: str
    key: str | None = None


@event("team.team-key-noted.v1")
class TeamKeyNoted(Event, frozen=True, kw_only=True):
    """The team has this key in the HR system; its forming did not record it."""

    key: str


@event("team.team-renamed.v1")
class TeamRenamed(Event, frozen=True, kw_only=True):
    name: str


@event("team.team-moved.v1")
class TeamMoved(Event, frozen=True, kw_only=True):
    """The team belongs to another unit."""

    unit: str


@event("team.team-closed.v1")
class TeamClosed(Event, frozen=True, kw_only=True):
    """The team is closed: nobody can join it."""


@event("team.team-reopened.v1")
class TeamReopened(Event, frozen=True, kw_only=True):
    """The team is open again, in the unit and with the name that it had."""


@event("team.joint-goal-adopted.v1")
class JointGoalAdopted(Event, frozen=True, kw_only=True):
    """
    The team has a goal of its own, grown from goals that `origins` were the offers of.

    `goal` is a random id within the team; `by` is the member who wrote it down.
    """

    goal: str
    by: str
    origins: tuple[str, ...]


@event("team.joint-goal-progress-noted.v1")
class JointGoalProgressNoted(Event, frozen=True, kw_only=True):
    """The estimate of a member, 0 to 100."""

    goal: str
    progress: int


@event("team.joint-goal-reached.v1")
class JointGoalReached(Event, frozen=True, kw_only=True):
    goal: str


@event("team.work-offered.v1")
class WorkOffered(Event, frozen=True, kw_only=True):
    """
    There is work, which a member offers to the team.

    `wanted` are the terms it asks for. It is open through the day `until` and begins on `from_day`, if that
    is known; `hours_per_week` in a usual week.
    """

    offer: str
    by: str
    seen: int
    until: date
    wanted: tuple[str, ...] = ()
    hours_per_week: HoursBand | None = None
    from_day: date | None = None


@event("team.work-volunteered-for.v1")
class WorkVolunteeredFor(Event, frozen=True, kw_only=True):
    """A member stepped forward for the work."""

    offer: str
    by: str
    seen: int


@event("team.work-taken-up.v1")
class WorkTakenUp(Event, frozen=True, kw_only=True):
    """A member who had stepped forward does the work."""

    offer: str
    by: str
    seen: int


@event("team.work-handed-back.v1")
class WorkHandedBack(Event, frozen=True, kw_only=True):
    """The member does not do the work any more, and does not volunteer for it either."""

    offer: str
    by: str


@event("team.work-offer-ended.v1")
class WorkOfferEnded(Event, frozen=True, kw_only=True):
    """Nothing about the offer changes any more; it lapsed, unless the reason is `taken_up`."""

    offer: str
    reason: WorkOfferEnd


@event("team.team-session-held.v1")
class TeamSessionHeld(Event, frozen=True, kw_only=True):
    """The team talked on that day; `by` wrote down what it agreed."""

    session: str
    by: str
    held_on: date


TeamLifeEvent = TeamFormed | TeamKeyNoted | TeamRenamed | TeamMoved | TeamClosed | TeamReopened
JointGoalEvent = JointGoalAdopted | JointGoalProgressNoted | JointGoalReached
WorkEvent = WorkOffered | WorkVolunteeredFor | WorkTakenUp | WorkHandedBack | WorkOfferEnded
MemberEvent = JointGoalEvent | WorkEvent | TeamSessionHeld
"""What members did."""
TeamEvent = TeamLifeEvent | MemberEvent
