"""A rate limit: one token bucket for each caller, refilled evenly."""

import threading
import time
from collections.abc import Callable

from cachetools import LRUCache

_MINUTE_S = 60.0


class RateLimiter:
    """
    `burst` requests at once, and `per_minute` in the long run; safe from several threads.

    It remembers `callers_max` callers. Beyond that, the caller whose last request is oldest is dropped, and
    starts again with a full bucket.
    """

    def __init__(
        self, *, per_minute: int, burst: int, callers_max: int, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_minute = per_minute
        self._burst = float(burst)
        self._now_s = now_s
        self._buckets: LRUCache[str, tuple[float, float]] = LRUCache(callers_max)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many callers are remembered."""
        return len(self._buckets)

    def take(self, caller: str, amount: float = 1.0) -> float:
        """Take so many requests of the caller and return 0, or return after how many seconds to try again."""
        now_s = self._now_s()
        with self._lock:
            left = self._left(caller, now_s)
            allowed = left >= amount
            self._buckets[caller] = (left - amount if allowed else left, now_s)
        return 0.0 if allowed else (amount - left) * _MINUTE_S / self._per_minute

    def charge(self, caller: str, amount: float) -> None:
        """Take so many requests of the caller for work already done, also more than are left.

        Until the missing ones are refilled, `take` refuses every amount, 0 included.
        """
        now_s = self._now_s()
        with self._lock:
            self._buckets[caller] = (self._left(caller, now_s) - amount, now_s)

    def give_back(self, caller: str, amount: float) -> None:
        """Put back requests that were taken and not used, up to a full bucket."""
        now_s = self._now_s()
        with self._lock:
            if caller in self._buckets:
                self._buckets[caller] = (min(self._burst, self._left(caller, now_s) + amount), now_s)

    def _left(self, caller: str, now_s: float) -> float:
        left, seen_s = self._buckets.get(caller, (self._burst, now_s))
        return min(self._burst, left + max(0.0, now_s - seen_s) * self._per_minute / _MINUTE_S)
