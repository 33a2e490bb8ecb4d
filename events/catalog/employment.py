"""What HR reports about a professional: stream `employment-<person>`, all sealed with the person's key."""

from datetime import date

from events.catalog.registry import Event, event


@event("employment.professional-registered.v1")
class ProfessionalRegistered(Event, frozen=True, kw_only=True):
    """Works here, with this name and mail address; when reported again, the later values count."""

    name: str
    email: str


@event("employment.team-joined.v1")
class TeamJoined(Event, frozen=True, kw_only=True):
    """Member of a team from a day on."""

    team: str
    on: date


@event("employment.team-left.v1")
class TeamLeft(Event, frozen=True, kw_only=True):
    """No longer a member of a team, from this day on."""

    team: str
    on: date


@event("employment.employment-ended.v1")
class EmploymentEnded(Event, frozen=True, kw_only=True):
    """No longer works here, from this day on; registered again, the person is back."""

    on: date


EmploymentEvent = ProfessionalRegistered | TeamJoined | TeamLeft | EmploymentEnded
