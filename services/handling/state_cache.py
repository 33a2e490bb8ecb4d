"""Caches the folded states of the organisation's own streams, which many commands read."""

import threading

from eventsourcing.persistence import EventStore

from services.decisions.decider import AnyDecider
from services.handling.loading import Loaded, load


class StateCache:
    """
    Loads the states that decisions are made on, and caches those of deciders that are `cached`.

    Accepted events never change, so a cached state only needs the events after it. Safe from several
    threads: a newer state is never replaced by an older one.
    """

    def __init__(self, store: EventStore[str]) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._cached: dict[str, Loaded] = {}

    def load(self, decider: AnyDecider, streams: tuple[str, ...]) -> Loaded:
        """Return the state after all accepted events. Raises what `loading.load` raises."""
        if not decider.cached:
            return load(self._store, decider, streams)
        (stream,) = streams
        with self._lock:
            cached = self._cached.get(stream)
        loaded = load(self._store, decider, streams, since=cached)
        with self._lock:
            newest = self._cached.get(stream)
            if newest is None or loaded.versions[stream] > newest.versions[stream]:
                self._cached[stream] = loaded
        return loaded
