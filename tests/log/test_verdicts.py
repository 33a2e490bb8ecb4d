"""Verdicts travel whole, whatever their number, and wake all who wait for them."""

import os
from collections.abc import Sequence
from threading import Thread

from events.log.acceptance import Outcome
from events.log.verdicts import Told, Waiting, payloads, unpack, wake_in_turn


def test_verdicts_are_packed_into_payloads_that_postgresql_takes() -> None:
    told = [Told(os.urandom(16), outcome, number) for number, outcome in enumerate(Outcome)] * 60
    packed = list(payloads(told))
    assert [t for payload in packed for t in unpack(payload)] == told
    assert all(len(payload.encode()) < 8_000 for payload in packed)
    assert len(packed) > 1


def told_all(waiting: Sequence[Waiting]) -> list[Told]:
    told = [Told(os.urandom(16), Outcome.ACCEPTED, number) for number in range(len(waiting))]
    wake_in_turn(list(zip(waiting, told, strict=True)))
    return told


def test_all_who_are_told_together_wake() -> None:
    waiting = [Waiting() for _ in range(30)]
    woken: list[bool] = []
    threads = [Thread(target=lambda one=one: woken.append(one.wait(10))) for one in waiting]
    for thread in threads:
        thread.start()
    told = told_all(waiting)
    for thread in threads:
        thread.join(10)
    assert woken == [True] * 30
    assert [one.told for one in waiting] == told


def test_one_who_gave_up_before_it_was_told_holds_nobody_up() -> None:
    first, gone, last = (Waiting() for _ in range(3))
    gone.leave()
    told_all([first, gone, last])
    assert last.wait(0.0)


def test_one_who_gives_up_when_told_wakes_who_comes_after_it() -> None:
    first, last = Waiting(), Waiting()
    told_all([first, last])
    assert not last.wait(0.0)
    first.leave()
    assert last.wait(0.0)


def test_one_who_is_told_twice_holds_nobody_up() -> None:
    first, last = Waiting(), Waiting()
    told_all([first])
    assert first.wait(0.0)
    told_all([first, last])
    first.leave()
    assert last.wait(0.0)
