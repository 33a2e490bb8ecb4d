"""A team of three, and what its members may do."""

from datetime import date, timedelta
from typing import Any

from events.catalog.employment import TeamJoined, TeamLeft
from events.catalog.registry import Event
from events.catalog.team import WorkOffered, WorkTakenUp, WorkVolunteeredFor
from events.catalog.teamwork import WorkOfferWritten
from kit.ids import new_id
from tests.projections.views.given import NOON

TEAM, ANN, BOB, CAS = (name * 32 for name in "1abc")
WORK, OTHER_WORK, GOAL, SESSION, TERM, OTHER_TERM = (new_id() for _ in range(6))
DAY = NOON.date()
UNTIL = DAY + timedelta(days=30)
History = list[tuple[str, Event]]
JOINED: History = [(f"employment-{person}", TeamJoined(team=TEAM, on=DAY)) for person in (ANN, BOB, CAS)]
WRITTEN = (f"teamwork-{ANN}", WorkOfferWritten(offer=WORK, team=TEAM, title="Open dag", text="Wie?"))


def of_team(*events: Event) -> History:
    return [(f"team-{TEAM}", event) for event in events]


def offered(offer: str = WORK, author: str = ANN, *, until: date = UNTIL, **more: Any) -> WorkOffered:
    return WorkOffered(offer=offer, by=author, seen=1, until=until, **more)


def volunteered(person: str, offer: str = WORK, seen: int = 1) -> WorkVolunteeredFor:
    return WorkVolunteeredFor(offer=offer, by=person, seen=seen)


def taken(person: str, offer: str = WORK, seen: int = 1) -> WorkTakenUp:
    return WorkTakenUp(offer=offer, by=person, seen=seen)


def left(person: str) -> tuple[str, Event]:
    return f"employment-{person}", TeamLeft(team=TEAM, on=DAY)


def joined(person: str) -> tuple[str, Event]:
    return f"employment-{person}", TeamJoined(team=TEAM, on=DAY)


OFFERED: History = [*JOINED, WRITTEN, *of_team(offered())]
