"""The organisation's own streams as they stand, read by many commands: folded once, and on from there."""

import threading

from eventsourcing.persistence import EventStore

from services.decisions.decider import AnyDecider
from services.handling.loading import Loaded, load


class StateCache:
    """
    What decisions are made on, loaded; of a decider that says so, the folded prefix of its stream is kept.

    What was accepted never changes. Safe from several threads: none puts a state back that another has
    brought further.
    """

    def __init__(self, store: EventStore[str]) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._kept: dict[str, Loaded] = {}

    def load(self, decider: AnyDecider, streams: tuple[str, ...]) -> Loaded:
        """Return the state of all that is accepted. Raises what `loading.load` raises."""
        if not decider.cached:
            return load(self._store, decider, streams)
        (stream,) = streams
        with self._lock:
            kept = self._kept.get(stream)
        loaded = load(self._store, decider, streams, since=kept)
        with self._lock:
            there = self._kept.get(stream)
            if there is None or loaded.versions[stream] > there.versions[stream]:
                self._kept[stream] = loaded
        return loaded
