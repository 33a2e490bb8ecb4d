"""Examples of the events of a team's joint goals, work and sessions, and of the words that members wrote."""

from datetime import date
from typing import Final

from events.catalog.registry import Event
from events.catalog.team import (
    JointGoalAdopted,
    JointGoalProgressNoted,
    JointGoalReached,
    TeamSessionHeld,
    WorkHandedBack,
    WorkOffered,
    WorkOfferEnded,
    WorkTakenUp,
    WorkVolunteeredFor,
)
from events.catalog.teamwork import JointGoalWritten, TeamSessionWritten, WorkOfferWritten
from rules.kinds import HoursBand

_THING: Final = "2d" * 16
_TEAM: Final = "0f" * 16
_PERSON: Final = "1e" * 16
_TERM: Final = "4b" * 16

TEAM_EXAMPLES: Final[tuple[Event, ...]] = (
    JointGoalWritten(goal=_THING, team=_TEAM, text="Elke maand een inloopmiddag"),
    JointGoalAdopted(goal=_THING, by=_PERSON, origins=(_PERSON + _THING,)),
    JointGoalProgressNoted(goal=_THING, progress=40),
    JointGoalReached(goal=_THING),
    WorkOfferWritten(offer=_THING, team=_TEAM, title="Open dag", text="Wie denkt mee?\nEn wie doet mee?"),
    WorkOffered(offer=_THING, by=_PERSON, seen=2, until=date(2027, 1, 31)),
    WorkOffered(
        offer=_THING,
        by=_PERSON,
        seen=2,
        until=date(2027, 1, 31),
        wanted=(_TERM,),
        hours_per_week=HoursBand.UP_TO_2,
        from_day=date(2026, 12, 1),
    ),
    WorkVolunteeredFor(offer=_THING, by=_PERSON, seen=2),
    WorkTakenUp(offer=_THING, by=_PERSON, seen=3),
    WorkHandedBack(offer=_THING, by=_PERSON),
    WorkOfferEnded(offer=_THING, reason="day"),
    TeamSessionWritten(session=_THING, team=_TEAM, agreements=("Volgende keer buiten", "Fenna belt")),
    TeamSessionHeld(session=_THING, by=_PERSON, held_on=date(2026, 11, 20)),
)
