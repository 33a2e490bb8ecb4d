"""What happens in a team: stream `team-<team>`."""

from events.catalog.registry import Event, event


@event("team.team-formed.v1")
class TeamFormed(Event, frozen=True, kw_only=True):
    """In a unit of the organisation."""

    name: str
    unit: str


@event("team.team-renamed.v1")
class TeamRenamed(Event, frozen=True, kw_only=True):
    name: str


@event("team.team-closed.v1")
class TeamClosed(Event, frozen=True, kw_only=True):
    """For good: it takes no more members."""


TeamEvent = TeamFormed | TeamRenamed | TeamClosed
