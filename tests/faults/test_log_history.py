"""Races, kills, freezes and broker troubles: nothing acknowledged is lost, nothing happens twice."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Thread
from typing import Any

import psycopg
import pytest

from events.log.port import LogUnavailableError
from kit.health import Health
from kit.lifecycle import Stop
from tests.events.log.harness import CLOCK, LogUnderTest, assert_agrees, unique_name
from tests.faults.history import check, journal_process, run_writers

pytestmark = [pytest.mark.postgres, pytest.mark.faults, pytest.mark.timeout(240)]

SECONDS = float(os.environ.get("IPP_TEST_FAULT_SECONDS", "8"))
"""Length of each history; the long runs take more."""


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def log(request: Any, database: str) -> Iterator[LogUnderTest]:
    bootstrap = request.getfixturevalue("kafka").bootstrap if request.param == "kafka" else None
    log = LogUnderTest(
        url=database, name=unique_name(), partitions=3, bootstrap=bootstrap, append_timeout_s=6
    )
    log.create()
    yield log
    log.drop()


def survive(log: LogUnderTest, meanwhile: Callable[[], None], *, seconds: float = SECONDS) -> None:
    lines = run_writers(log, writers=6, subjects=4, seconds=seconds, meanwhile=meanwhile)
    told = check(log, lines)
    assert told["accepted"] > 20, f"hardly anything happened: {told}"
    assert_agrees(log)


def test_races_lost_replies_and_late_duplicates(log: LogUnderTest) -> None:
    with log.folding():
        survive(log, lambda: None)
    with psycopg.connect(log.url) as conn:
        refused = conn.execute(
            log.tables.statement("SELECT count(*) FROM {refusals} WHERE verdict = 'superseded'")
        ).fetchone()
    assert refused is not None
    assert refused[0] > 0, "the race inside the log was never reached"


def test_a_killed_journal_worker_is_replaced(log: LogUnderTest) -> None:
    with ExitStack() as stack:
        first = stack.enter_context(journal_process(log))
        stack.enter_context(journal_process(log))

        def kill() -> None:
            for process in (first, first):
                time.sleep(SECONDS / 4)
                process.kill()
                process.wait(5)
            stack.enter_context(journal_process(log))

        survive(log, kill)


def test_a_frozen_journal_worker_loses_its_lease_and_wakes_up_harmless(log: LogUnderTest) -> None:
    with ExitStack() as stack:
        frozen = stack.enter_context(journal_process(log, lease_s=1.5))
        time.sleep(2)
        stack.enter_context(journal_process(log, lease_s=1.5))

        def freeze() -> None:
            time.sleep(1)
            frozen.send_signal(signal.SIGSTOP)
            time.sleep(SECONDS / 2)
            frozen.send_signal(signal.SIGCONT)

        survive(log, freeze)
        assert frozen.poll() is None, "the worker that woke up should work on"


def test_backends_ended_under_the_journal_worker(log: LogUnderTest) -> None:
    def end() -> None:
        for _ in range(4):
            time.sleep(SECONDS / 8)
            with psycopg.connect(log.url, autocommit=True) as conn:
                conn.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    " AND application_name LIKE 'journal%'"
                )

    with log.folding():
        survive(log, end)


@pytest.mark.kafka
@pytest.mark.parametrize("trouble", ["pause", "restart"])
def test_a_broker_in_trouble(trouble: str, database: str, kafka: Any) -> None:
    log = LogUnderTest(
        url=database, name=unique_name(), partitions=3, bootstrap=kafka.bootstrap, append_timeout_s=6
    )
    log.create()

    def make_trouble() -> None:
        time.sleep(SECONDS / 4)
        if trouble == "pause":
            kafka.pause()
            time.sleep(SECONDS / 3)
            kafka.resume()
        else:
            kafka.restart()

    with log.folding():
        survive(log, make_trouble, seconds=SECONDS + 8)
    log.drop()


@pytest.mark.kafka
def test_a_reader_says_that_the_broker_is_away_and_reads_on_when_it_is_back(
    database: str, kafka: Any
) -> None:
    log = LogUnderTest(url=database, name=unique_name(), bootstrap=kafka.bootstrap)
    log.create()
    reader = log.reader()
    assert len(reader.read({0: 0}, timeout_s=1)) == 1
    kafka.stop()
    for _ in range(2):
        with pytest.raises(LogUnavailableError):
            reader.read({0: 0}, timeout_s=0.1)
    kafka.start()
    assert len(reader.read({0: 0}, timeout_s=1)) == 1
    reader.close()
    log.drop()


@pytest.mark.kafka
def test_a_journal_worker_waits_for_a_broker_that_is_away(database: str, kafka: Any) -> None:
    log = LogUnderTest(
        url=database, name=unique_name(), partitions=3, bootstrap=kafka.bootstrap, append_timeout_s=20
    )
    log.create()
    kafka.stop()
    health, stop = Health(CLOCK), Stop()
    worker = log.worker(health=health)
    thread = Thread(target=worker.run, args=(stop,), daemon=True)
    thread.start()
    try:
        wait_until(lambda: not health.ready(), "the worker says that it can't work")
        assert "Kafka does not answer" in health.findings()["journal"].sentence
        kafka.start()
        wait_until(health.ready, "the worker heals by itself")
        survive(log, lambda: None, seconds=3)
    finally:
        stop.request("the test is over")
        thread.join(15)
        log.drop()


def wait_until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, f"not within a minute: {what}"
        time.sleep(0.1)
