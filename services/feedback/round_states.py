"""The rounds of a person as the log has them, for those who have no command: raters, and jobs."""

import threading
import time
from collections.abc import Callable
from typing import Final

import msgspec
from cachetools import TLRUCache
from eventsourcing.persistence import EventStore

from events.privacy.sealing import KeyDestroyedError
from events.streams import Stream
from services.contexts.rounds.decider import DECIDER
from services.contexts.rounds.state import Rounds
from services.handling.loading import Loaded, SubjectForgottenError, load

STATES_CACHED_MAX: Final = 1_000
STATE_CACHED_S_MAX: Final = 60.0
"""How long a state is used before all events are read again, so that a destroyed key counts within it."""


class _Cached(msgspec.Struct, frozen=True):
    loaded: Loaded
    until_s: float


class RoundStates:
    """
    Reads rounds; safe from several threads.

    Of a cached state only the events after it are read, so what is returned is never older than the log.
    """

    def __init__(self, store: EventStore[str], *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._now_s = now_s
        self._cached: TLRUCache[str, _Cached] = TLRUCache(
            STATES_CACHED_MAX, ttu=lambda _, cached, _now: cached.until_s, timer=now_s
        )

    def __len__(self) -> int:
        """Return how many people's rounds are cached."""
        return len(self._cached)

    def of(self, subject: str) -> Rounds:
        """Return a person's rounds; none of somebody who was forgotten. Raises what loading raises."""
        stream = Stream("round", subject).name
        with self._lock:
            cached = self._cached.get(stream)
        since = cached.loaded if cached is not None else None
        try:
            loaded = load(self._store, DECIDER, (stream,), since=since)
        except (SubjectForgottenError, KeyDestroyedError):
            return Rounds()
        until_s = cached.until_s if cached is not None else self._now_s() + STATE_CACHED_S_MAX
        with self._lock:
            self._cached[stream] = _Cached(loaded, until_s)
        state: Rounds = loaded.state
        return state
