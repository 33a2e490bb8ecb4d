"""Finds out whether a rater's code is right, and limits by address how many wrong ones are tried."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from cachetools import TTLCache

from gateway.auth import Identity
from kit.clock import Clock
from kit.errors import TooManyRequestsError, UnauthenticatedError
from kit.rate_limit import RateLimiter
from rules.feedback.rater_code import caller_of

WRONG_CODES_PER_MINUTE_MAX: Final = 20
"""From one address. The services limit those of all addresses together."""
ADDRESSES_MAX: Final = 10_000
"""For so many addresses wrong codes are counted."""
KNOWN_MAX: Final = 10_000
KNOWN_FOR: Final = timedelta(minutes=10)
"""How long a code that was right passes an address from which many wrong ones come."""
OVER: Final = "this invitation does not hold (any more): the round is closed, or the code is not right"
Finds = Callable[[Identity], Awaitable[bool]]
"""Asks the services whether there is an invitation with this code that is not over."""


class RaterCodes:
    """
    One in a process.

    Only a right code makes a caller, because every caller has an allowance: with codes that were made up,
    anybody would have as many as they like. It is looked up for each request, so that a code that is over
    gets the answer of a wrong one at once. A right code passes also where many wrong ones come from, once it
    was seen: one address may be that of a whole house.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: TTLCache[str, None] = TTLCache(
            KNOWN_MAX, KNOWN_FOR.total_seconds(), timer=lambda: clock.now().timestamp()
        )
        self._wrong = RateLimiter(
            per_minute=WRONG_CODES_PER_MINUTE_MAX,
            burst=WRONG_CODES_PER_MINUTE_MAX,
            callers_max=ADDRESSES_MAX,
            now_s=lambda: clock.now().timestamp(),
        )

    async def identify(self, token: str, *, code: str, address: str, finds: Finds) -> Identity:
        """
        Return the rater with this code.

        Raises UnauthenticatedError when there is no such invitation or it is over, TooManyRequestsError after
        too many wrong codes, and what `finds` raises.
        """
        rater, now = caller_of(code), self._clock.now()
        identity = Identity(person=rater, expires_at=now + KNOWN_FOR, token=token, is_rater=True)
        known = rater in self._known
        if not known:
            self._take_wrong(address)
        try:
            found = await finds(identity)
        except Exception:  # it is not known whether the code is right
            if not known:
                self._wrong.give_back(address, 1)
            raise
        if not found:
            self._known.pop(rater, None)
            if known:  # from now on it gets what a wrong code gets, or it would show that somebody used it
                self._take_wrong(address)
            raise UnauthenticatedError(OVER)
        if not known:
            self._wrong.give_back(address, 1)
        self._known[rater] = None
        return identity

    def _take_wrong(self, address: str) -> None:
        if self._wrong.take(address):
            raise TooManyRequestsError("too many codes that are not right came from here: wait a minute")
