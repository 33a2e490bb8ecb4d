"""Requests of clients, whichever way they came: within their rate limit, read by name, and handled."""

import time
from collections.abc import Callable
from typing import Final

from kit.errors import TooManyRequestsError
from kit.rate_limit import RateLimiter
from rules.access.roles import Role
from rules.commands import CommandRequest, CommandResult
from services.handling.handler import CommandHandler
from services.handling.registry import read_command
from services.handling.results import Caller

CALLERS_MAX: Final = 10_000
"""Callers whose rate is remembered."""
UNLIMITED: Final = frozenset({Role.HR_FEED})
"""The HR system sends whole files. A caller who names this role without holding it is refused anyway."""


class RequestHandler:
    """
    Safe from several threads; both methods block. They raise RequestError when the request applied nothing.

    One caller sends `per_minute_max` commands a minute at most: a refused commit stays on the log for ever.
    """

    def __init__(
        self,
        handler: CommandHandler,
        *,
        per_minute_max: int,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._handler = handler
        self._per_minute_max = per_minute_max
        self._limiter = RateLimiter(
            per_minute=per_minute_max, burst=per_minute_max, callers_max=CALLERS_MAX, now_s=now_s
        )

    def send(self, request: CommandRequest, *, person: str, role: Role) -> CommandResult:
        """Carry a command out in the name of a person, in a role, or say why not."""
        if role not in UNLIMITED and self._limiter.take(person):
            raise TooManyRequestsError(
                f"one person sends {self._per_minute_max} commands a minute at most: wait a little"
            )
        return self._handler.handle(
            read_command(request.name, request.input),
            caller=Caller(person=person, role=role),
            command_id=request.command_id,
            expected_version=request.expected_version,
        )

    def result_of(self, command_id: str, *, person: str, role: Role) -> CommandResult | None:
        """Return how a command of this person ended; None when nothing is known of it."""
        return self._handler.result_of(caller=Caller(person=person, role=role), command_id=command_id)
