"""Caches the folded states of people's own streams for a minute, while their keys are there."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from events.privacy.sealing import KeyDestroyedError, NoKeyError
from events.streams import Stream
from kit.lifecycle import Stop
from services.handling.loading import Loaded

STATES_CACHED_MAX: Final = 1_000
STATE_CACHED_S_MAX: Final = 60.0
"""How long a state is used, and in memory, before all events are read again."""
SWEEP_S: Final = 5.0
"""How much longer than that a state may be in memory when nobody asks for one."""

Name = tuple[str, ...]
"""The streams that a state is folded from, the person's own first, and then the name of the state."""


class StateKeys(Protocol):
    def key_of(self, subject: str) -> bytes:
        """Return a subject's key. Raises KeyDestroyedError, NoKeyError and VaultUnreachableError."""


class _Cached(msgspec.Struct, frozen=True):
    loaded: Loaded
    until_s: float


class PersonStates:
    """
    What was opened of people's streams, to be continued with the events after it; safe from several threads.

    A state is dropped after STATE_CACHED_S_MAX, however often it is used, and at once when its person's key
    is found to be destroyed.
    """

    def __init__(self, keys: StateKeys, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._now_s = now_s
        self._lock = threading.Lock()
        self._cached: OrderedDict[Name, _Cached] = OrderedDict()

    def __len__(self) -> int:
        """Return how many states are in memory."""
        return len(self._cached)

    def get(self, name: Name) -> Loaded | None:
        """Return a cached state; None if there is none, or no key any more. Raises VaultUnreachableError."""
        self.sweep()
        with self._lock:
            cached = self._cached.get(name)
        if cached is None:
            return None
        subject = _person_of(name)
        try:
            self._keys.key_of(subject)
        except (KeyDestroyedError, NoKeyError):
            self.forget(subject)
            return None
        return cached.loaded

    def put(self, name: Name, loaded: Loaded, *, since: Loaded | None = None) -> None:
        """
        Cache a state for as long as the one that it continues, unless it is empty or older.

        With `since`, it continues that one; not cached if that was dropped meanwhile, for its age or its key.
        """
        if not any(loaded.versions.values()):
            return
        with self._lock:
            before = self._cached.get(name)
            if before is None:
                if since is not None:
                    return
                self._cached[name] = _Cached(loaded, self._now_s() + STATE_CACHED_S_MAX)
            elif loaded.is_after(before.loaded):
                self._cached[name] = _Cached(loaded, before.until_s)
            while len(self._cached) > STATES_CACHED_MAX:
                self._cached.popitem(last=False)

    def forget(self, subject: str) -> None:
        """Drop all states of a subject."""
        with self._lock:
            for name in [name for name in self._cached if _person_of(name) == subject]:
                del self._cached[name]

    def sweep(self) -> None:
        """Drop the states that are too old; the oldest are first."""
        now_s = self._now_s()
        with self._lock:
            while self._cached:
                name, oldest = next(iter(self._cached.items()))
                if oldest.until_s > now_s:
                    return
                del self._cached[name]

    def run(self, stop: Stop) -> None:
        """Sweep until `stop`, so that nothing stays in memory when nobody sends commands."""
        while not stop.wait(SWEEP_S):
            self.sweep()


def _person_of(name: Name) -> str:
    return Stream.parse(name[0]).subject
