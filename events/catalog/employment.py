"""What HR tells about a professional: stream `employment-<person>`, sealed whole, on the person's own key."""

from datetime import date

from events.catalog.registry import Event, event


@event("employment.professional-registered.v1")
class ProfessionalRegistered(Event, frozen=True, kw_only=True):
    """Works here under this name and mail address; told again, the later facts hold."""

    name: str
    email: str


@event("employment.team-joined.v1")
class TeamJoined(Event, frozen=True, kw_only=True):
    """Member of a team from a day on."""

    team: str
    on: date


@event("employment.team-left.v1")
class TeamLeft(Event, frozen=True, kw_only=True):
    """No member of a team any more, since a day."""

    team: str
    on: date


@event("employment.employment-ended.v1")
class EmploymentEnded(Event, frozen=True, kw_only=True):
    """Works here no more, since a day; registered again, the person is back."""

    on: date


EmploymentEvent = ProfessionalRegistered | TeamJoined | TeamLeft | EmploymentEnded
