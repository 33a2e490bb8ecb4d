"""The rate limit of a client's commands."""

from typing import Any, cast

import pytest

from kit.errors import TooManyRequestsError
from rules.access.roles import Role
from rules.commands import CommandRequest, CommandResult
from services.handling import requests
from services.handling.handler import CommandHandler
from services.handling.requests import RequestHandler

PER_MINUTE_MAX = 6
REQUEST = CommandRequest(
    name="openPortfolio", command_id="2b6a3a5e-0d1c-4c55-9a51-6a0f2d0f4f10", input={"language": "NL"}
)


class Accepting:
    """A handler that accepts every command at once."""

    def handle(self, *_: Any, command_id: str, **__: Any) -> CommandResult:
        return CommandResult(command_id=command_id, outcome="ACCEPTED")


class Clock:
    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limited(clock: Clock) -> RequestHandler:
    handler = cast("CommandHandler", Accepting())
    return RequestHandler(handler, per_minute_max=PER_MINUTE_MAX, now_s=clock)


def sent(limited: RequestHandler, person: str, role: Role = Role.PROFESSIONAL, tries: int = 100) -> int:
    """How many of so many tries are taken before one is refused."""
    for number in range(tries):
        try:
            limited.send(REQUEST, person=person, role=role)
        except TooManyRequestsError:
            return number
    return tries


def test_the_rate_is_used_up_and_comes_back_evenly(limited: RequestHandler, clock: Clock) -> None:
    assert sent(limited, "ann") == PER_MINUTE_MAX
    clock.now_s += 10
    assert sent(limited, "ann") == 1
    clock.now_s += 3_600
    assert sent(limited, "ann") == PER_MINUTE_MAX


def test_one_callers_haste_costs_another_nothing(limited: RequestHandler) -> None:
    assert sent(limited, "ann") == PER_MINUTE_MAX
    assert sent(limited, "bob") == PER_MINUTE_MAX


def test_a_caller_has_one_rate_whatever_the_role(limited: RequestHandler) -> None:
    assert sent(limited, "ann") == PER_MINUTE_MAX
    assert sent(limited, "ann", Role.HR) == 0


def test_the_hr_system_sends_whole_files(limited: RequestHandler) -> None:
    assert sent(limited, "feed", Role.HR_FEED) == 100


def test_callers_are_remembered_within_a_limit(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr(requests, "CALLERS_MAX", 3)
    limited = RequestHandler(cast("CommandHandler", Accepting()), per_minute_max=6, now_s=clock)
    for number in range(10):
        limited.send(REQUEST, person=str(number), role=Role.PROFESSIONAL)
    assert len(limited._limiter) == 3
