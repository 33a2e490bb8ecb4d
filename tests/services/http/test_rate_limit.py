"""One caller's commands are so many a minute."""

import pytest

from rules.access.roles import Role
from services.handling.results import Caller
from services.http.rate_limit import Pace, TooManyCommandsError

ANN = Caller(person="ann", role=Role.PROFESSIONAL)
BOB = Caller(person="bob", role=Role.PROFESSIONAL)


class Watch:
    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def taken(pace: Pace, caller: Caller, tries: int = 100) -> int:
    for number in range(tries):
        try:
            pace.take(caller)
        except TooManyCommandsError:
            return number
    return tries


def test_an_allowance_is_used_up_and_comes_back_evenly() -> None:
    watch = Watch()
    pace = Pace(per_minute_max=6, clock_s=watch)
    assert taken(pace, ANN) == 6
    watch.now_s += 10
    assert taken(pace, ANN) == 1
    watch.now_s += 3_600
    assert taken(pace, ANN) == 6


def test_one_callers_haste_costs_another_nothing() -> None:
    pace = Pace(per_minute_max=6, clock_s=Watch())
    assert taken(pace, ANN) == 6
    assert taken(pace, BOB) == 6


def test_a_caller_has_one_allowance_whatever_the_role() -> None:
    pace = Pace(per_minute_max=6, clock_s=Watch())
    assert taken(pace, ANN) == 6
    assert taken(pace, Caller(person="ann", role=Role.HR)) == 0


def test_the_hr_system_sends_whole_files() -> None:
    pace = Pace(per_minute_max=6, clock_s=Watch())
    assert taken(pace, Caller(person="feed", role=Role.HR_FEED)) == 100


def test_callers_are_remembered_within_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.http.rate_limit.CALLERS_MAX", 3)
    pace = Pace(per_minute_max=6, clock_s=Watch())
    for number in range(10):
        pace.take(Caller(person=str(number), role=Role.PROFESSIONAL))
    assert len(pace._left) == 3
