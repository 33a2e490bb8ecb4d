"""Who is a member of a team, when a command of a member is decided: from the person's own stream."""

from typing import Final

from eventsourcing.persistence import EventStore

from events.catalog.employment import EmploymentEvent, TeamJoined, TeamLeft
from events.privacy.sealing import KeyDestroyedError
from events.streams import Stream
from kit.ids import is_id
from services.contexts.team.decider import DECIDER as TEAM
from services.contexts.team.decider import Team
from services.decisions.decider import event_types_of
from services.handling.loading import SubjectForgottenError, known_events
from services.handling.state_cache import StateCache

_EMPLOYMENT: Final = event_types_of(EmploymentEvent)


def is_member(store: EventStore[str], states: StateCache, *, person: str, team: str | None) -> bool:
    """Whether a person is a member of this team, which is open. Raises what loading raises."""
    if team is None or not is_id(team) or not _has_joined(store, person, team):
        return False
    state: Team = states.load(TEAM, (Stream("team", team).name,)).state
    return state.name is not None and not state.closed


def _has_joined(store: EventStore[str], person: str, team: str) -> bool:
    joined = False
    try:
        for recorded in known_events(store, Stream("employment", person).name, _EMPLOYMENT):
            match recorded.event:
                case TeamJoined(team=joined_team) if joined_team == team:
                    joined = True
                case TeamLeft(team=left) if left == team:
                    joined = False
                case _:
                    pass
    except (SubjectForgottenError, KeyDestroyedError):
        return False
    return joined
