"""Computing again for auditors: one at a time, so many a minute; an error is none of the three results."""

import threading

import pytest

from kit.errors import ForbiddenError, TooManyRequestsError, UnavailableError
from processes import recomputing
from processes.recomputing import KEPT_S, PER_MINUTE_MAX, Recomputing
from rules.access.roles import Role
from rules.audit.recomputation import Recomputation
from services.handling.results import Caller


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def allowed(field: str, caller: Caller) -> str:
    if (field, caller.role) != ("recomputation", Role.AUDITOR):
        raise ForbiddenError("not yours")
    return "organisation"


def ask(made: Recomputing, of: str, *, person: str = "auditor") -> Recomputation | None:
    return made.recomputed(of, person=person, role=Role.AUDITOR)


def test_asking_again_gets_the_same_result_for_a_minute_and_then_it_is_computed_anew() -> None:
    computed: list[str] = []

    def compute(of: str) -> Recomputation | None:
        computed.append(of)
        return Recomputation.AGREES if of == "one" else None

    clock = Clock()
    made = Recomputing(compute, require_role=allowed, now_s=clock)
    assert [ask(made, of) for of in ("one", "one", "two", "two")] == [Recomputation.AGREES] * 2 + [None] * 2
    clock.now_s = KEPT_S
    assert ask(made, "one") is Recomputation.AGREES
    assert computed == ["one", "two", "two", "one"], "what is not there may be there now"


def test_a_failure_and_another_one_that_takes_long_are_unavailable_and_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recomputing, "WAIT_S_MAX", 0.0)
    begun, go_on = threading.Event(), threading.Event()

    def compute(of: str) -> Recomputation:
        if of == "broken":
            raise ZeroDivisionError("a figure of somebody's")
        begun.set()
        go_on.wait(30)
        return Recomputation.DIFFERS

    made = Recomputing(compute, require_role=allowed)
    with pytest.raises(UnavailableError) as failed:
        ask(made, "broken")
    assert "figure" not in str(failed.value)
    long = threading.Thread(target=ask, args=(made, "long"))
    long.start()
    assert begun.wait(30)
    with pytest.raises(UnavailableError, match="ask again"):
        ask(made, "long")
    go_on.set()
    long.join()
    assert ask(made, "long") is Recomputation.DIFFERS, "it was computed meanwhile"


def test_rule_22_nobody_but_an_auditor_asks_and_so_many_times_a_minute() -> None:
    made = Recomputing(lambda _: Recomputation.AGREES, require_role=allowed, now_s=Clock())
    for role in set(Role) - {Role.AUDITOR}:
        with pytest.raises(ForbiddenError):
            made.recomputed("one", person="somebody", role=role)
    for number in range(PER_MINUTE_MAX):
        assert ask(made, str(number)) is Recomputation.AGREES
    with pytest.raises(TooManyRequestsError):
        ask(made, "one")
    assert ask(made, "one", person="auditor2") is Recomputation.AGREES
