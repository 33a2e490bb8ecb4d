"""View workers killed and frozen: nothing skipped, nothing doubled, and a standby soon takes over."""

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest

from projections.positions import prepare_view
from tests.events.log.harness import LogUnderTest
from tests.projections.witness import COUNT_WRITES, WITNESS, ask, count, team_formed, wait_until

pytestmark = [pytest.mark.postgres, pytest.mark.faults, pytest.mark.timeout(240)]

LEASE_S = 2.0
ROUNDS = int(os.environ.get("IPP_TEST_FAULT_ROUNDS", "4"))
SEED = int(os.environ.get("IPP_TEST_SEED", "1"))
ROOT = Path(__file__).parents[2]
HOLDER = "SELECT count(*) FROM leases.holdings WHERE group_name = 'views'"
ONCE = "SELECT count(*), count(DISTINCT (partition, ordinal)) FROM writes"

Process = subprocess.Popen[bytes]
Start = Callable[[], Process]


@pytest.fixture
def log(database: str) -> Iterator[LogUnderTest]:
    log = LogUnderTest(url=database, name="ipp", partitions=4)
    log.create()
    with log.folding():
        wait_until(lambda: count(database, "ipp_log") == 1)
        generation = ask(database, "SELECT encode(generation, 'hex') FROM ipp_log")[0][0]
        with psycopg.connect(database, autocommit=True) as connection:
            prepare_view(connection, WITNESS, partitions=4, generation=generation)
            connection.execute(COUNT_WRITES)
        yield log
    log.drop()


@pytest.fixture
def start(log: LogUnderTest) -> Iterator[Start]:
    started: list[Process] = []

    def start_worker() -> Process:
        command = [sys.executable, "-m", "tests.faults.view_worker_process", log.url, log.name, str(LEASE_S)]
        started.append(subprocess.Popen(command, cwd=ROOT))  # noqa: S603 - our own module
        return started[-1]

    yield start_worker
    for process in started:
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
            process.kill()
        process.wait(10)


@pytest.fixture
def appended(log: LogUnderTest) -> Iterator[Callable[[], int]]:
    """Append without a pause until asked how many events there are by now."""
    recorder, done, total = log.recorder(), Event(), itertools.count()
    accepted = 0

    def append() -> None:
        nonlocal accepted
        while not done.is_set():
            recorder.append([team_formed()])
            accepted = next(total) + 1
            time.sleep(0.002)

    thread = Thread(target=append, daemon=True)
    thread.start()

    def stop_and_count() -> int:
        done.set()
        thread.join(20)
        return accepted

    yield stop_and_count
    stop_and_count()


def every_event_folded_once(log: LogUnderTest, events: int) -> None:
    wait_until(lambda: count(log.url) == events, patience_s=40)
    assert ask(log.url, ONCE) == [(events, events)]
    per_partition = "SELECT partition, count(*), max(ordinal) FROM writes GROUP BY partition"
    assert all(rows == last for _, rows, last in ask(log.url, per_partition))


def more_than(log: LogUnderTest, rows: int) -> bool:
    return count(log.url) > rows


def held_by(log: LogUnderTest, process: Process) -> int:
    """Tell how many partitions a process holds."""
    sql = (
        "SELECT count(*) FROM pg_locks l JOIN leases.workers w USING (pid)"
        " WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND w.group_name = 'views' AND w.worker = %s"
    )
    return int(ask(log.url, sql, str(process.pid))[0][0])


def test_workers_killed_again_and_again_skip_and_double_nothing(
    log: LogUnderTest, start: Start, appended: Callable[[], int]
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - a schedule, not a secret
    for _ in range(ROUNDS):
        process = start()
        wait_until(lambda: ask(log.url, HOLDER) == [(4,)])
        before = count(log.url)
        wait_until(partial(more_than, log, before))
        time.sleep(chance.random() / 2)
        process.kill()
        process.wait(10)
    start()
    every_event_folded_once(log, appended())


def test_a_frozen_worker_is_replaced_in_about_the_lease_and_harmless_when_it_wakes(
    log: LogUnderTest, start: Start, appended: Callable[[], int]
) -> None:
    holder = start()
    wait_until(lambda: held_by(log, holder) == 4)
    standby = start()
    wait_until(lambda: held_by(log, holder) == held_by(log, standby) == 2)
    holder.send_signal(signal.SIGSTOP)
    frozen_at = time.monotonic()
    wait_until(lambda: held_by(log, standby) == 4)
    assert time.monotonic() - frozen_at < LEASE_S * 4
    before = count(log.url)
    wait_until(lambda: count(log.url) > before)
    holder.send_signal(signal.SIGCONT)
    wait_until(lambda: held_by(log, holder) == held_by(log, standby) == 2)
    every_event_folded_once(log, appended())


def test_both_workers_frozen_in_turns_skip_and_double_nothing(
    log: LogUnderTest, start: Start, appended: Callable[[], int]
) -> None:
    chance = random.Random(SEED)  # noqa: S311 - a schedule, not a secret
    workers = [start(), start()]
    wait_until(lambda: [held_by(log, each) for each in workers] == [2, 2])
    for turn in range(ROUNDS):
        one = workers[turn % 2]
        one.send_signal(signal.SIGSTOP)
        time.sleep(LEASE_S * chance.uniform(0.5, 2))
        one.send_signal(signal.SIGCONT)
    every_event_folded_once(log, appended())


def test_a_worker_told_to_stop_lets_go_at_once(log: LogUnderTest, start: Start) -> None:
    process = start()
    wait_until(lambda: ask(log.url, HOLDER) == [(4,)])
    process.terminate()
    assert process.wait(5) == 0
    wait_until(lambda: ask(log.url, HOLDER) == [(0,)], patience_s=1)
