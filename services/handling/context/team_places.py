"""
The places of teams in units: decided on the units' stream, before a team's own stream says so.

A team and the tree of units are subjects of their own, so no commit can check both. docs/decisions/0014 says
how an open team is never in a closed unit all the same.
"""

from collections.abc import Sequence
from typing import Any, Final

from events.catalog.team import TeamFormed, TeamMoved, TeamReopened
from events.codec import Recorded
from events.streams import Stream
from services.contexts.team.decider import DECIDER as TEAM
from services.contexts.team.state import Team
from services.contexts.units.commands import PlaceTeam
from services.contexts.units.decider import DECIDER as UNITS
from services.contexts.units.decider import Units
from services.decisions.command import TeamSeen
from services.handling.state_cache import StateCache

PLACES: Final = (TeamFormed, TeamMoved, TeamReopened)
"""The events after which a team is in another unit than before, or open again."""


def place_for(recorded: Sequence[Recorded], state: Any) -> PlaceTeam | None:
    """Return what must be accepted before these events of a team are appended, decided on this state."""
    for one in recorded:
        if isinstance(one.event, PLACES):
            unit = state.unit if isinstance(one.event, TeamReopened) else one.event.unit
            return PlaceTeam(unit=unit, team=Stream.parse(one.stream).subject, after=one.version - 1)
    return None


def teams_of(states: StateCache, *, organisation: str, unit: str) -> dict[str, TeamSeen]:
    """Return the teams that are or were to be in a unit, each as its own stream has it now."""
    units: Units = states.load(UNITS, (Stream("units", organisation).name,)).state
    return {team: _seen(states, team) for team in units.placed.get(unit, ())}


def _seen(states: StateCache, team: str) -> TeamSeen:
    stream = Stream("team", team).name
    loaded = states.load(TEAM, (stream,))
    state: Team = loaded.state
    open_in = None if state.closed or state.name is None else state.unit
    return TeamSeen(version=loaded.versions[stream], open_in=open_in)
