"""How many commands one caller may send: a commit that is refused stays in the log for ever."""

import time
from collections.abc import Callable
from typing import Final

from kit.rate_limit import Allowances
from rules.access.roles import Role
from services.handling.results import Caller

CALLERS_MAX: Final = 10_000
"""Callers remembered; who is forgotten starts with a full allowance."""
UNPACED: Final = frozenset({Role.HR_FEED})
"""The HR system sends whole files. Whoever names its role without holding it is refused before the log."""


class TooManyCommandsError(Exception):
    """Whoever sends this has sent as many commands as one may in a minute."""


class Pace:
    """An allowance of commands for each caller, refilled evenly; safe from several threads."""

    def __init__(self, *, per_minute_max: int, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._max = per_minute_max
        self._clock_s = clock_s
        self._left = Allowances(per_minute=per_minute_max, burst=per_minute_max, remembered_max=CALLERS_MAX)

    def take(self, caller: Caller) -> None:
        """Use up one command of the caller's allowance. Raises TooManyCommandsError."""
        if caller.role in UNPACED:
            return
        if self._left.take(caller.person, now_s=self._clock_s()):
            raise TooManyCommandsError(
                f"one person sends {self._max} commands a minute at most: wait a little"
            )
