"""The rounds of a person as the log has them, for those who have no command: raters, and jobs."""

from eventsourcing.persistence import EventStore

from events.privacy.sealing import KeyDestroyedError
from events.streams import Stream
from services.contexts.rounds.decider import DECIDER
from services.contexts.rounds.state import Rounds
from services.handling.loading import SubjectForgottenError, load
from services.handling.person_states import PersonStates


class RoundStates:
    """
    Reads rounds; safe from several threads.

    Of a state in `cached` only the events after it are read, so what is returned is never older than the log.
    """

    def __init__(self, store: EventStore[str], cached: PersonStates) -> None:
        self._store = store
        self._cached = cached

    def of(self, subject: str) -> Rounds:
        """Return a person's rounds; none of somebody who was forgotten. Raises what loading raises."""
        stream = Stream("round", subject).name
        name = (stream, Rounds.__name__)
        since = self._cached.get(name)
        try:
            loaded = load(self._store, DECIDER, (stream,), since=since)
        except (SubjectForgottenError, KeyDestroyedError):
            return Rounds()
        self._cached.put(name, loaded, since=since)
        state: Rounds = loaded.state
        return state
