"""Caches the folded states of streams, so that only the events after them are read."""

import threading

from eventsourcing.persistence import EventStore

from services.decisions.decider import AnyDecider
from services.handling.loading import Loaded, load
from services.handling.person_states import Name, PersonStates


class StateCache:
    """
    Loads the states that decisions are made on, and caches those of deciders that are `cached`.

    Accepted events never change, so a cached state only needs the events after it. Safe from several
    threads: a newer state is never replaced by an older one. Without `persons`, states of people are not
    cached.
    """

    def __init__(self, store: EventStore[str], *, persons: PersonStates | None = None) -> None:
        self._store = store
        self._persons = persons
        self._lock = threading.Lock()
        self._cached: dict[str, Loaded] = {}

    def load(
        self, decider: AnyDecider, streams: tuple[str, ...], *, store: EventStore[str] | None = None
    ) -> Loaded:
        """Return the state after all accepted events, as `store` has them. Raises what `load` raises."""
        since = self.cached(decider, streams)
        loaded = load(store or self._store, decider, streams, since=since)
        if decider.cached:
            (stream,) = streams
            with self._lock:
                newest = self._cached.get(stream)
                if newest is None or loaded.versions[stream] > newest.versions[stream]:
                    self._cached[stream] = loaded
        elif decider.cached_a_minute and self._persons is not None:
            self._persons.put(_name(decider, streams), loaded, since=since)
        return loaded

    def cached(self, decider: AnyDecider, streams: tuple[str, ...]) -> Loaded | None:
        """Return the state that would be continued. Raises VaultUnreachableError."""
        if decider.cached:
            (stream,) = streams
            with self._lock:
                return self._cached.get(stream)
        if decider.cached_a_minute and self._persons is not None:
            return self._persons.get(_name(decider, streams))
        return None


def _name(decider: AnyDecider, streams: tuple[str, ...]) -> Name:
    return (*streams, type(decider.initial).__name__)
