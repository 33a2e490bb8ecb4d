"""Events that HR reports about a professional: stream `employment-<person>`, sealed with the person's key."""

from datetime import date
from typing import Final

from events.catalog.registry import Event, event

SEALED: Final = True


@event("employment.professional-registered.v1")
class ProfessionalRegistered(Event, frozen=True, kw_only=True):
    """The person works here, with this name and e-mail address. The latest registration counts."""

    name: str
    email: str


@event("employment.team-joined.v1")
class TeamJoined(Event, frozen=True, kw_only=True):
    """The person is a member of this team from this day on. For a member, it corrects the day."""

    team: str
    on: date


@event("employment.team-left.v1")
class TeamLeft(Event, frozen=True, kw_only=True):
    """The person is no member of this team any more, since this day."""

    team: str
    on: date


@event("employment.employment-ended.v1")
class EmploymentEnded(Event, frozen=True, kw_only=True):
    """The person works here no more, since this day. A later registration brings the person back."""

    on: date


EmploymentEvent = ProfessionalRegistered | TeamJoined | TeamLeft | EmploymentEnded
