"""Requests of clients, over HTTP or in process: checked against the rate limit, read, and handled."""

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
"""How many callers' rates are remembered."""
UNLIMITED: Final = frozenset({Role.HR_FEED})
"""The HR system sends whole files. A caller who names this role but does not hold it is refused later."""


class RequestHandler:
    """
    Safe from several threads. Both methods block, and raise RequestError when the request applied nothing.

    A caller may send `per_minute_max` commands a minute, because even a refused commit stays on the log.
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
        """Carry out a command of a person in a role, or return why it is refused."""
        if role not in UNLIMITED and self._limiter.take(person):
            raise TooManyRequestsError(
                f"a person may send {self._per_minute_max} commands a minute: wait a little"
            )
        return self._handler.handle(
            read_command(request.name, request.input),
            caller=Caller(person=person, role=role),
            command_id=request.command_id,
            expected_version=request.expected_version,
        )

    def result_of(self, command_id: str, *, person: str, role: Role) -> CommandResult | None:
        """Return how a command of this person ended; None if it is not known here."""
        return self._handler.result_of(caller=Caller(person=person, role=role), command_id=command_id)
