"""Events of a team: stream `team-<team>`."""

from typing import Final

from events.catalog.registry import Event, event

SEALED: Final = False


@event("team.team-formed.v1")
class TeamFormed(Event, frozen=True, kw_only=True):
    """The team exists, in this unit of the organisation."""

    name: str
    unit: str


@event("team.team-renamed.v1")
class TeamRenamed(Event, frozen=True, kw_only=True):
    name: str


@event("team.team-closed.v1")
class TeamClosed(Event, frozen=True, kw_only=True):
    """The team is closed for good: nobody can join it."""


TeamEvent = TeamFormed | TeamRenamed | TeamClosed
