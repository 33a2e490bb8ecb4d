"""A journal worker over a topic that is not as it must be, and over one that is cut while it runs."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from kafka import TopicPartition

from events.log.adapters.kafka_admin import topic_values
from events.log.journal.verify import verify_partition
from kit.postgres.connections import connect_own
from tests.events.log import topics
from tests.events.log.harness import LogUnderTest, event, subject, unique_name
from tests.events.log.journal.watched import Watched, one_of, until

pytestmark = pytest.mark.postgres
on_kafka = pytest.mark.kafka


@pytest.fixture
def log(kafka: Any, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[LogUnderTest]:
    """Give a log on Kafka, whose halted partitions are tried again soon."""
    monkeypatch.setattr("events.log.journal.worker.HALT_RETRY_S", 0.2)
    monkeypatch.setattr("events.log.journal.worker.SETTINGS_AGE_MAX_S", 0.0)
    log = LogUnderTest(url=database, name=unique_name(), partitions=2, bootstrap=kafka.bootstrap)
    log.create()
    yield log
    log.drop()


@pytest.fixture
def watchful(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the watch look at everything ten times a second."""
    monkeypatch.setattr("events.log.journal.probe.RETRY_S", 0.1)
    monkeypatch.setattr("events.log.journal.probe.ROUND_TURNS", 1)
    monkeypatch.setattr("events.log.journal.probe.SETTINGS_TURNS", 1)


def halted(log: LogUnderTest) -> list[str | None]:
    with psycopg.connect(log.url) as conn:
        statement = log.tables.statement("SELECT halted FROM {positions} ORDER BY partition")
        return [reason for (reason,) in conn.execute(statement)]


def write(log: LogUnderTest, version: int, of: str) -> None:
    log.recorder().append([event(of, version)])


@on_kafka
@pytest.mark.parametrize("name", topics.LOSING)
def test_a_setting_that_loses_or_refuses_events_halts_at_take_up_until_it_is_right(
    log: LogUnderTest, name: str
) -> None:
    watched, one = Watched(log), subject()
    with log.folding():
        write(log, 1, one)
    right = topic_values(log.options, topic=log.topic)[name]
    topics.alter(log, {name: topics.LOSING[name]})
    with watched.running():
        words = f"partitions 0, 1 are halted: topic {log.topic}: {name} is {topics.LOSING[name]} and must be"
        until(lambda: watched.reports("failed", words))
        assert all(name in str(reason) for reason in halted(log))
        topics.alter(log, {name: right})
        until(lambda: watched.reports("ok", "folding 2 partitions"))
        assert halted(log) == [None, None], "an idle partition must not stay stale"
        write(log, 2, one)


@on_kafka
@pytest.mark.usefixtures("watchful")
def test_a_setting_that_is_changed_while_the_journal_runs_halts_it(log: LogUnderTest) -> None:
    watched = Watched(log)
    with watched.running():
        write(log, 1, subject())
        topics.alter(log, {"retention.ms": "604800000"})
        until(lambda: watched.reports("failed", "retention.ms is 604800000 and must be -1"))
        topics.alter(log, {"retention.ms": "-1"})
        until(lambda: watched.reports("ok", "folding 2 partitions"))


@on_kafka
@pytest.mark.usefixtures("watchful")
def test_a_setting_that_only_makes_a_loss_possible_is_shown_and_halts_nothing(log: LogUnderTest) -> None:
    watched = Watched(log)
    topics.alter(log, {"unclean.leader.election.enable": "true"})
    with watched.running():
        write(log, 1, subject())
        until(lambda: watched.reports("degraded", "folding 2 partitions; topic "))
        assert watched.reports("degraded", "unclean.leader.election.enable is true and must be false")
        topics.alter(log, {"unclean.leader.election.enable": "false"})
        until(lambda: watched.reports("ok", "folding 2 partitions"))


@on_kafka
def test_settings_that_kafka_hides_are_shown_as_unchecked_and_halt_nothing(log: LogUnderTest) -> None:
    watched = Watched(log)
    with topics.settings_hidden(log), watched.running():
        write(log, 1, subject())
        until(lambda: watched.reports("degraded", f"the settings of topic {log.topic} are not checked"))


@pytest.mark.usefixtures("watchful")
def test_an_idle_journal_notices_that_its_log_was_cut_at_the_beginning(unfolded: LogUnderTest) -> None:
    watched, recorder = Watched(unfolded), unfolded.recorder()
    with watched.running():
        for partition in range(3):
            recorder.append([event(one_of(partition), 1)])
        until(lambda: watched.reports("ok", "folding 3 partitions"))
        delete_records(unfolded, partition=1, before=2)
        until(lambda: watched.reports("failed", "partition 1 is halted: partition 1 "))
        assert watched.reports("failed", "cut")
        for partition in (0, 2):
            recorder.append([event(one_of(partition), 1)])
    assert [bool(reason) for reason in halted(unfolded)] == [False, True, False]


def test_the_check_names_a_beginning_that_was_deleted(unfolded: LogUnderTest) -> None:
    with unfolded.folding():
        recorder = unfolded.recorder()
        for _ in range(2):
            recorder.append([event(one_of(1), 1)])
    delete_records(unfolded, partition=1, before=2)
    reader = unfolded.reader()
    with connect_own(unfolded.url, application_name="test") as conn:
        reports = [
            verify_partition(conn, reader, log=unfolded.name, partition=partition) for partition in range(3)
        ]
    reader.close()
    fault = "partition 1, record 0, partition 1 begins at offset 2 and not at 0: it was cut at its beginning"
    assert [list(map(str, report.faults)) for report in reports] == [[], [fault], []]


def delete_records(log: LogUnderTest, *, partition: int, before: int) -> None:
    if log.bootstrap:
        with topics.admin_of(log) as admin:
            admin.delete_records({TopicPartition(log.topic, partition): before})
        return
    with psycopg.connect(log.url, autocommit=True) as conn:
        deleting = f"DELETE FROM {log.name}_records WHERE partition = %s AND record_offset < %s"
        conn.execute(deleting.encode(), (partition, before))
