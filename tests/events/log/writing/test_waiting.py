"""A verdict wakes every append that waits for it, and a wait ends even if no notice arrives."""

import os
import time
from collections.abc import Sequence
from threading import Thread

from events.log.acceptance import Outcome
from events.log.verdicts import VerdictNotice
from events.log.writing.waiting import PendingVerdict, wait_for, wake_chained


def resolve_all(pending: Sequence[PendingVerdict]) -> list[VerdictNotice]:
    notices = [VerdictNotice(os.urandom(16), Outcome.ACCEPTED, number) for number in range(len(pending))]
    wake_chained(list(zip(pending, notices, strict=True)))
    return notices


def test_all_waiters_of_one_batch_wake() -> None:
    pending = [PendingVerdict() for _ in range(30)]
    woken: list[bool] = []

    def wait(one: PendingVerdict) -> None:
        woken.append(one.wait(10))
        one.cancel()

    threads = [Thread(target=wait, args=(one,)) for one in pending]
    for thread in threads:
        thread.start()
    notices = resolve_all(pending)
    for thread in threads:
        thread.join(10)
    assert woken == [True] * 30
    assert [one.notice for one in pending] == notices


def test_a_wait_cancelled_before_its_verdict_holds_nobody_up() -> None:
    first, cancelled, last = (PendingVerdict() for _ in range(3))
    cancelled.cancel()
    resolve_all([first, cancelled, last])
    assert last.wait(0.0)


def test_a_wait_cancelled_after_its_verdict_wakes_the_next() -> None:
    first, last = PendingVerdict(), PendingVerdict()
    resolve_all([first, last])
    assert first.wait(0.0)
    assert not last.wait(0.0), "the first is not done yet"
    first.cancel()
    assert last.wait(0.0)


def test_a_verdict_that_arrives_twice_holds_nobody_up() -> None:
    first, last = PendingVerdict(), PendingVerdict()
    resolve_all([first])
    assert first.wait(0.0)
    resolve_all([first, last])
    first.cancel()
    assert last.wait(0.0)


def test_a_wait_that_wakes_after_its_deadline_looks_once_more() -> None:
    notice = VerdictNotice(os.urandom(16), Outcome.ACCEPTED, 1)
    assert wait_for(PendingVerdict(), timeout_s=0.0, poll_s=1.0, look_up=lambda: notice) == notice


def test_a_process_frozen_during_its_look_up_takes_the_verdict_that_arrived_meanwhile() -> None:
    pending, notice = PendingVerdict(), VerdictNotice(os.urandom(16), Outcome.ACCEPTED, 1)

    def look_up() -> None:
        time.sleep(0.2)
        pending.resolve(notice)

    assert wait_for(pending, timeout_s=0.1, poll_s=0.01, look_up=look_up) == notice


def test_a_wait_for_a_verdict_that_never_arrives_ends() -> None:
    looks: list[None] = []
    pending = PendingVerdict()
    assert wait_for(pending, timeout_s=0.1, poll_s=0.02, look_up=lambda: looks.append(None)) is None
    assert len(looks) > 1
