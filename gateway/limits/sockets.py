"""Limits the open WebSockets, and those among them without a valid token: each costs memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from gateway.errors import ErrorCode, GatewayError
from kit import metrics
from kit.rate_limit import RateLimiter

SOCKETS_MAX: Final = 4_000
ANONYMOUS_MAX: Final = 256
"""Open in this process without a valid token yet; each for `INIT_S_MAX` at most."""
OPENED_PER_MINUTE_MAX: Final = 120
OPENED_BURST_MAX: Final = 60
"""Opened by one address; those with a valid token do not count."""
ADDRESSES_MAX: Final = 20_000
_open = metrics.gauge("ipp_gateway_web_sockets_open", "WebSockets open in this process.")


class Socket:
    """An open WebSocket; `identified` is called once it has a valid token."""

    def __init__(self, identified: Callable[[], None]) -> None:
        self._identified = identified
        self.anonymous = True

    def identified(self) -> None:
        if self.anonymous:
            self.anonymous = False
            self._identified()


class OpenSockets:
    """Counts the WebSockets of this process; for use within one event loop."""

    def __init__(self) -> None:
        self._anonymous = 0
        self._all = 0
        self._opened = RateLimiter(
            per_minute=OPENED_PER_MINUTE_MAX, burst=OPENED_BURST_MAX, callers_max=ADDRESSES_MAX
        )

    @contextmanager
    def opened_by(self, address: str) -> Iterator[Socket]:
        """Count a WebSocket until the block ends. Raises LIMIT_EXCEEDED instead of one too many."""
        if self._all >= SOCKETS_MAX or self._anonymous >= ANONYMOUS_MAX or self._opened.take(address):
            raise GatewayError(
                ErrorCode.LIMIT_EXCEEDED, "Too many WebSockets are open here; try again later."
            )

        def identified() -> None:
            self._anonymous -= 1
            self._opened.give_back(address, 1)

        socket = Socket(identified)
        self._anonymous += 1
        self._all += 1
        _open.inc()
        try:
            yield socket
        finally:
            _open.dec()
            self._all -= 1
            if socket.anonymous:
                self._anonymous -= 1
