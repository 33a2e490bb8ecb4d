"""Two logs in one database, as events and a feedback inbox will be: nothing of one reaches the other."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from threading import Thread
from typing import Any, Final

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from events.log import assembly
from events.log.adapters.kafka_topic import delete_topic
from events.log.config import KafkaConfig, LogConfig
from events.log.journal.reader import JournalReader
from events.log.journal.verify import PartitionReport, verify_partition
from events.log.outcomes import ConflictError
from events.log.recorder import LogRecorder
from events.log.tables import JournalTables
from kit.health import Health
from kit.lifecycle import Stop
from tests.backends.kafka import Broker
from tests.events.log import topics
from tests.events.log.conftest import ADAPTERS
from tests.events.log.harness import CLOCK, LogUnderTest, event, subject, unique_name
from tests.events.log.journal.watched import Watched, until

pytestmark = pytest.mark.postgres
PATIENCE_S: Final = 15.0
HEALTH: Final = Health(CLOCK)


@dataclass(frozen=True, kw_only=True)
class OpenLog:
    """One of the two, with its own worker and recorder."""

    config: LogConfig
    check: str
    recorder: LogRecorder

    @property
    def journal(self) -> JournalReader:
        return JournalReader(self.config.name)

    def append(self, *events: StoredEvent, **others: Any) -> int:
        return self.recorder.append(events, **others).position.ordinal

    def streams(self) -> list[str]:
        with assembly.connect_journal(self.config) as conn:
            return [
                found.stream
                for partition in range(self.config.partitions)
                for found in self.journal.read_partition(conn, partition=partition, after=0, limit=1000)
            ]

    def verified(self) -> list[PartitionReport]:
        reader = assembly.open_reader(self.config)
        with assembly.connect_journal(self.config) as conn:
            reports = [
                verify_partition(conn, reader, log=self.config.name, partition=partition)
                for partition in range(reader.partitions())
            ]
        reader.close()
        return reports

    @contextmanager
    def folding(self) -> Iterator[None]:
        stop = Stop()
        worker = assembly.journal_worker(self.config, health=HEALTH, health_check=self.check)
        thread = Thread(target=worker.run, args=(stop,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.request("seen")
            thread.join(PATIENCE_S)
            assert not thread.is_alive()


@contextmanager
def opened(config: LogConfig, check: str) -> Iterator[OpenLog]:
    assembly.create_log(config, clock=CLOCK)
    recorder = assembly.open_recorder(config, clock=CLOCK)
    try:
        yield OpenLog(config=config, check=check, recorder=recorder)
    finally:
        assembly.close_recorder(recorder)
        if config.kafka:
            delete_topic(config.kafka.options, topic=config.kafka.topic)


@pytest.fixture(params=ADAPTERS)
def unfolded(request: Any, database: str) -> Iterator[tuple[OpenLog, OpenLog]]:
    bootstrap = request.getfixturevalue("kafka").bootstrap if request.param == "kafka" else None

    def config(topic: str, partitions: int) -> LogConfig:
        options = {"bootstrap_servers": bootstrap}
        kafka = KafkaConfig(topic=topic, options=options, replicas=1, flush_every_message=False)
        return LogConfig(
            name=unique_name(),
            partitions=partitions,
            database_url=database,
            kafka=kafka if bootstrap else None,
            append_timeout_s=8.0,
        )

    with (
        opened(config(f"{unique_name()}.events", 3), "journal") as events,
        opened(config(f"answers-{unique_name()}", 2), "inbox") as inbox,
    ):
        yield events, inbox


@pytest.fixture
def both(unfolded: tuple[OpenLog, OpenLog]) -> Iterator[tuple[OpenLog, OpenLog]]:
    with ExitStack() as stack:
        for log in unfolded:
            stack.enter_context(log.folding())
        yield unfolded


def wait_for_streams(log: OpenLog, expected: list[str]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with suppress(psycopg.errors.UndefinedTable):
            if log.streams() == expected:
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_same_command_for_the_same_stream_happens_once_in_each(both: tuple[OpenLog, OpenLog]) -> None:
    one, command = subject(), os.urandom(32)
    for log in both:
        assert log.append(event(one, 1), command=command) == 1
        assert log.append(event(one, 2), command=command) == 1, "a repeat within one log"
        assert log.streams() == [f"portfolio-{one}"]
        assert [found.originator_version for found in log.recorder.select_events(f"portfolio-{one}")] == [1]


def test_each_has_its_own_generation_and_partitions(both: tuple[OpenLog, OpenLog]) -> None:
    generations = set()
    for log in both:
        log.append(event(subject(), 1))
        with assembly.connect_journal(log.config) as conn:
            assert log.journal.partition_count(conn) == log.config.partitions
            generations.add(log.journal.generation(conn))
    assert len(generations) == 2


def test_a_subject_closed_in_one_stays_open_in_the_other(both: tuple[OpenLog, OpenLog]) -> None:
    (events, inbox), one = both, subject()
    events.append(event(one, 1), last=True)
    assert inbox.append(event(one, 1), event(one, 2)) == 2
    with pytest.raises(ConflictError):
        events.append(event(one, 2))
    assert (len(events.streams()), len(inbox.streams())) == (1, 2)


def test_verdicts_of_both_reach_their_own_writers(
    both: tuple[OpenLog, OpenLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("events.log.writing.writer.LOOK_UP_S", 60.0)  # so only a notification ends the wait
    for log in both:
        log.append(event(subject(), 1))
    began = time.monotonic()
    for _ in range(5):
        for log in both:
            log.append(event(subject(), 1))
    assert time.monotonic() - began < min(log.config.append_timeout_s for log in both)


def test_verify_reads_one_log_against_its_own_journal(both: tuple[OpenLog, OpenLog]) -> None:
    events, inbox = both
    for _ in range(6):
        events.append(event(subject(), 1))
    inbox.append(event(subject(), 1))
    for log, accepted in ((events, 6), (inbox, 1)):
        reports = log.verified()
        assert len(reports) == log.config.partitions
        assert [report.faults for report in reports] == [()] * len(reports)
        assert sum(report.accepted for report in reports) == accepted


def test_one_goes_on_while_the_other_is_not_folded(unfolded: tuple[OpenLog, OpenLog]) -> None:
    events, inbox = unfolded
    with inbox.folding():
        inbox.append(event(subject(), 1))
    with events.folding():
        assert events.append(event(subject(), 1)) == 1
        findings = HEALTH.findings()
        assert findings[events.check].sentence == "folding 3 partitions"
        assert findings[inbox.check].sentence == "folding 2 partitions"


def test_one_journal_is_dropped_and_folded_again_while_the_other_goes_on(
    unfolded: tuple[OpenLog, OpenLog],
) -> None:
    events, inbox = unfolded
    with events.folding():
        events.append(event(subject(), 1))
        with inbox.folding():
            for _ in range(3):
                inbox.append(event(subject(), 1))
        before = inbox.streams()
        with psycopg.connect(inbox.config.database_url) as conn:
            JournalTables(inbox.config.name).drop(conn)
        with inbox.folding():
            wait_for_streams(inbox, before)
        assert len(events.streams()) == 1
        assert events.append(event(subject(), 1))


@pytest.mark.kafka
def test_a_wrong_setting_of_one_topic_halts_that_log_only(database: str, kafka: Broker) -> None:
    events, inbox = (
        LogUnderTest(url=database, name=unique_name(), bootstrap=kafka.bootstrap) for _ in range(2)
    )
    for log in (events, inbox):
        log.create()
    topics.alter(inbox, {"retention.ms": "604800000"})
    with Watched(events).running(), Watched(inbox).running() as watched:
        until(lambda: watched.reports("failed", f"partition 0 is halted: topic {inbox.topic}: retention.ms"))
        events.recorder().append([event(subject(), 1)])
    for log in (events, inbox):
        log.drop()
