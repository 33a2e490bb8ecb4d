"""How many requests one caller may send: a bucket of tokens for each, refilled evenly."""

import math
from collections import OrderedDict
from datetime import datetime
from typing import Final

from kit import metrics
from kit.clock import Clock

CALLERS_MAX: Final = 20_000
"""Callers remembered; whoever was silent longest is forgotten, and begins with a full bucket."""
_refused = metrics.counter(
    "ipp_gateway_requests_over_allowance_total", "Requests refused since their caller sent too many."
)


class Allowance:
    """`burst` requests at once, and `per_minute` of them in the long run; used within one event loop."""

    def __init__(self, *, per_minute: int, burst: int, clock: Clock) -> None:
        self._per_second = per_minute / 60
        self._burst = burst
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def take(self, caller: str) -> int:
        """Use up one request and return 0, or return after how many seconds there will be another."""
        now = self._clock.now()
        left, at = self._left.pop(caller, (float(self._burst), now))
        left = min(float(self._burst), left + max(0.0, (now - at).total_seconds()) * self._per_second)
        allowed = left >= 1
        self._left[caller] = (left - 1 if allowed else left, now)
        while len(self._left) > CALLERS_MAX:
            self._left.popitem(last=False)
        if allowed:
            return 0
        _refused.inc()
        return math.ceil((1 - left) / self._per_second)
