"""What happens in a team: stream `team-<team>`."""

from events.catalog.registry import Event, event


@event("team.team-formed.v1")
class TeamFormed(Event, frozen=True, kw_only=True):
    """In a unit of the organisation."""

    name: str
    unit: str


TeamEvent = TeamFormed
