"""The rate limit of a caller: a bucket of requests that refills evenly; costly operations take several."""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.errors import ErrorCode, GatewayError
from kit import metrics
from kit.rate_limit import RateLimiter

CALLERS_MAX: Final = 20_000
"""For so many callers the rate is counted."""
_rate_limited = metrics.counter(
    "ipp_gateway_requests_over_allowance_total", "Requests refused since their caller sent too many."
)


class OverAllowanceError(GatewayError):
    """The caller is over the rate limit; after `wait_s` seconds there is enough again."""

    def __init__(self, wait_s: int) -> None:
        message = f"You sent too many requests, or too costly ones; try again in {wait_s} s."
        super().__init__(ErrorCode.LIMIT_EXCEEDED, message)
        self.wait_s = wait_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What was taken for an operation before it ran; the unused part is given back."""

    caller: str
    requests: float


class Allowance:
    """
    A request takes one from its caller's bucket; an operation takes one for each `request_cost`.

    The cost of a subscription is not known before: each event takes its own, and the next one waits until
    it is paid.
    """

    def __init__(self, *, per_minute: int, burst: int, request_cost: int, now_s: Callable[[], float]) -> None:
        self._burst = burst
        self._request_cost = request_cost
        self._rate = RateLimiter(per_minute=per_minute, burst=burst, callers_max=CALLERS_MAX, now_s=now_s)

    def take_request(self, caller: str) -> None:
        """Take one, before anything is read. Raises OverAllowanceError."""
        self._take(caller, 1)

    def hold(self, caller: str, cost: int) -> Held:
        """Take what an operation may cost beyond the request itself. Raises OverAllowanceError."""
        requests = self._requests(cost)
        if requests:
            self._take(caller, requests)
        return Held(caller=caller, requests=requests)

    def charge_event(self, caller: str, cost: int) -> None:
        """Take what an event cost, also from an empty bucket: its cost is known only afterwards."""
        self._rate.charge(caller, min(self._burst, cost / self._request_cost))

    async def wait_until_paid(self, caller: str, *, s_max: float | None) -> None:
        """Wait until the events that were sent are paid. Raises OverAllowanceError after `s_max` seconds."""
        try:
            async with asyncio.timeout(s_max):
                wait_s = self._rate.take(caller, 0)
                while wait_s:
                    await asyncio.sleep(wait_s)
                    wait_s = self._rate.take(caller, 0)
        except TimeoutError:
            self._take(caller, 0)

    def give_back(self, held: Held, cost: int) -> None:
        """Give back the part that an operation did not use."""
        self._rate.give_back(held.caller, max(0.0, held.requests - self._requests(cost)))

    def _requests(self, cost: int) -> float:
        # At most a full bucket, so that every operation within the limits of a document can run.
        return min(self._burst - 1, max(0.0, cost / self._request_cost - 1))

    def _take(self, caller: str, requests: float) -> None:
        wait_s = math.ceil(self._rate.take(caller, requests))
        if wait_s:
            _rate_limited.inc()
            raise OverAllowanceError(wait_s)
