"""How many subscriptions are open, of each person and in this process, and how many may be."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.errors import ErrorCode, GatewayError
from kit import metrics

_open = metrics.gauge("ipp_gateway_subscriptions_open", "Subscriptions open in this process.")


class OpenSubscriptions:
    """Counts them over all connections of a process; used within one event loop."""

    def __init__(self, *, per_person_max: int, in_process_max: int) -> None:
        self._per_person_max = per_person_max
        self._in_process_max = in_process_max
        self._of: Counter[str] = Counter()
        self._all = 0

    @contextmanager
    def opened_by(self, person: str) -> Iterator[None]:
        """Count one for as long as the block lasts. Raises LIMIT_EXCEEDED instead of one too many."""
        if self._of[person] >= self._per_person_max:
            message = f"You have {self._per_person_max} subscriptions open; end one first."
            raise GatewayError(ErrorCode.LIMIT_EXCEEDED, message)
        if self._all >= self._in_process_max:
            message = "Too many subscriptions are open here; try again later, or ask by query."
            raise GatewayError(ErrorCode.LIMIT_EXCEEDED, message)
        self._of[person] += 1
        self._all += 1
        _open.inc()
        try:
            yield
        finally:
            _open.dec()
            self._all -= 1
            self._of[person] -= 1
            if not self._of[person]:
                del self._of[person]
