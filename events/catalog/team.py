"""Events of a team: stream `team-<team>`."""

from typing import Final

from events.catalog.registry import Event, event

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


TeamEvent = TeamFormed | TeamKeyNoted | TeamRenamed | TeamMoved | TeamClosed | TeamReopened
