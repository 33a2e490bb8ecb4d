"""How many commands one caller may send: a commit that is refused stays in the log for ever."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from rules.access import Role
from services.results import Caller

CALLERS_MAX: Final = 10_000
"""Callers remembered; who is forgotten starts with a full allowance."""
UNPACED: Final = frozenset({Role.HR_FEED})
"""The HR system sends whole files. Whoever names its role without holding it is refused before the log."""
_MINUTE_S: Final = 60.0


class TooManyCommandsError(Exception):
    """Whoever sends this has sent as many commands as one may in a minute."""


class Pace:
    """An allowance of commands for each caller, refilled evenly; safe from several threads."""

    def __init__(self, *, per_minute_max: int, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._max = per_minute_max
        self._clock_s = clock_s
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: Caller) -> None:
        """Use up one command of the caller's allowance. Raises TooManyCommandsError."""
        if caller.role in UNPACED:
            return
        now = self._clock_s()
        with self._lock:
            left, seen = self._left.pop(caller.person, (float(self._max), now))
            left = min(float(self._max), left + (now - seen) * self._max / _MINUTE_S)
            self._left[caller.person] = (left - 1 if left >= 1 else left, now)
            while len(self._left) > CALLERS_MAX:
                self._left.popitem(last=False)
        if left < 1:
            raise TooManyCommandsError(
                f"one person sends {self._max} commands a minute at most: wait a little"
            )
