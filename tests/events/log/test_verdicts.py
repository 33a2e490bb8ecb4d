"""Verdicts travel whole, whatever their number, and wake all who wait for them."""

import os
import time
from collections.abc import Sequence
from threading import Thread

from events.log.acceptance import Outcome
from events.log.verdicts import Told, Waiting, payloads, unpack, wait_for, wake_in_turn


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


def test_a_wait_that_wakes_behind_its_deadline_looks_once_more() -> None:
    told = Told(os.urandom(16), Outcome.ACCEPTED, 1)
    assert wait_for(Waiting(), timeout_s=0.0, poll_s=1.0, look_up=lambda: told) == told


def test_a_process_frozen_while_it_looked_takes_what_it_was_told_meanwhile() -> None:
    waiting, told = Waiting(), Told(os.urandom(16), Outcome.ACCEPTED, 1)

    def look_up() -> None:
        time.sleep(0.2)
        waiting.tell(told)

    assert wait_for(waiting, timeout_s=0.1, poll_s=0.01, look_up=look_up) == told


def test_a_wait_for_what_is_never_told_ends() -> None:
    looks: list[None] = []
    assert wait_for(Waiting(), timeout_s=0.1, poll_s=0.02, look_up=lambda: looks.append(None)) is None
    assert len(looks) > 1
