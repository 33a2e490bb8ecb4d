"""Counts the open subscriptions of each person and of this process, and limits both."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.errors import ErrorCode, GatewayError
from kit import metrics

_open = metrics.gauge("ipp_gateway_subscriptions_open", "Subscriptions open in this process.")


class OpenSubscriptions:
    """Counts subscriptions over all connections of a process; for use within one event loop."""

    def __init__(self, *, per_person_max: int, in_process_max: int) -> None:
        self._per_person_max = per_person_max
        self._in_process_max = in_process_max
        self._of_person: Counter[str] = Counter()
        self._all = 0

    @contextmanager
    def opened_by(self, person: str) -> Iterator[None]:
        """Count a subscription until the block ends. Raises LIMIT_EXCEEDED instead of one too many."""
        if self._of_person[person] >= self._per_person_max:
            message = f"You have {self._per_person_max} subscriptions open; end one first."
            raise GatewayError(ErrorCode.LIMIT_EXCEEDED, message)
        if self._all >= self._in_process_max:
            message = "Too many subscriptions are open here; try again later, or use a query."
            raise GatewayError(ErrorCode.LIMIT_EXCEEDED, message)
        self._of_person[person] += 1
        self._all += 1
        _open.inc()
        try:
            yield
        finally:
            _open.dec()
            self._all -= 1
            self._of_person[person] -= 1
            if not self._of_person[person]:
                del self._of_person[person]
