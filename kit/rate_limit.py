"""What each of many may use up: a bucket of tokens by name, refilled evenly."""

import threading
from collections import OrderedDict

_MINUTE_S = 60.0


class Allowances:
    """
    `burst` at once, and `per_minute` in the long run; safe from several threads.

    Of `remembered_max` names, whoever was silent longest is forgotten, and begins with a full bucket.
    """

    def __init__(self, *, per_minute: int, burst: int, remembered_max: int) -> None:
        self._per_minute = per_minute
        self._burst = float(burst)
        self._remembered_max = remembered_max
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._left)

    def take(self, name: str, *, now_s: float) -> float:
        """Use up one and return 0, or return after how many seconds there will be another."""
        with self._lock:
            left, seen_s = self._left.pop(name, (self._burst, now_s))
            left = min(self._burst, left + max(0.0, now_s - seen_s) * self._per_minute / _MINUTE_S)
            allowed = left >= 1
            self._left[name] = (left - 1 if allowed else left, now_s)
            while len(self._left) > self._remembered_max:
                self._left.popitem(last=False)
        return 0.0 if allowed else (1 - left) * _MINUTE_S / self._per_minute
