"""The organisation's own streams as they stand, read by many commands: folded once, and on from there."""

import threading
from typing import Generic, cast

from eventsourcing.persistence import EventStore

from services.deciding import C, Decider, E, S
from services.loading import understood


class KeptState(Generic[C, S, E]):
    """
    One of the organisation's streams, as one decider understands it; safe from several threads.

    What was accepted never changes, so the folded prefix is kept.
    """

    def __init__(self, store: EventStore[str], decider: Decider[C, S, E], *, category: str) -> None:
        self._store = store
        self._decider = decider
        self._category = category
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[int, S]] = {}

    def now(self, organisation: str) -> S:
        """Return the state with all that is accepted. Raises StreamNotUnderstoodError."""
        with self._lock:
            version, state = self._kept.get(organisation, (0, self._decider.initial))
        stream = f"{self._category}-{organisation}"
        for recorded in understood(self._store, stream, self._decider.reads, after=version):
            state = self._decider.evolve(state, cast("E", recorded.event))
            version = recorded.version
        with self._lock:
            if version >= self._kept.get(organisation, (0, state))[0]:
                self._kept = {organisation: (version, state)}
        return state
