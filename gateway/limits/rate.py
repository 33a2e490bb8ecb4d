"""How many requests one caller may send."""

import math
from typing import Final

from kit import metrics
from kit.clock import Clock
from kit.rate_limit import Allowances

CALLERS_MAX: Final = 20_000
"""Callers remembered; whoever was silent longest is forgotten, and begins with a full bucket."""
_refused = metrics.counter(
    "ipp_gateway_requests_over_allowance_total", "Requests refused since their caller sent too many."
)


class Allowance:
    """`burst` requests at once, and `per_minute` of them in the long run."""

    def __init__(self, *, per_minute: int, burst: int, clock: Clock) -> None:
        self._clock = clock
        self._left = Allowances(per_minute=per_minute, burst=burst, remembered_max=CALLERS_MAX)

    def take(self, caller: str) -> int:
        """Use up one request and return 0, or return after how many seconds there will be another."""
        wait_s = self._left.take(caller, now_s=self._clock.now().timestamp())
        if wait_s:
            _refused.inc()
        return math.ceil(wait_s)
