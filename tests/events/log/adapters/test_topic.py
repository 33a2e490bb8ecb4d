"""Creating the log in a topic that somebody else made, on a real broker."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from kafka import TopicPartition

from events.log import assembly
from events.log.adapters.kafka_admin import topic_values
from events.log.adapters.topic_settings import MESSAGE_BYTES_MIN, topic_settings
from events.log.config import KafkaConfig
from events.log.port import LogGoneError, LogSettingsError, SettingFault
from events.log.record import RECORD_BYTES_MAX
from tests.events.log import topics
from tests.events.log.harness import CLOCK, LogUnderTest, unique_name

pytestmark = pytest.mark.kafka
KEPT = {"retention.ms": "-1"}


@pytest.fixture
def log(kafka: Any) -> Iterator[LogUnderTest]:
    """Give a log whose topic is still to be made."""
    log = LogUnderTest(url="", name=unique_name(), partitions=2, bootstrap=kafka.bootstrap)
    yield log
    log.drop()


def create(log: LogUnderTest, **differing: Any) -> list[SettingFault]:
    assert log.config.kafka is not None
    kafka = replace(log.config.kafka, **differing)
    return list(assembly.create_log(replace(log.config, kafka=kafka), clock=CLOCK))


def named(faults: list[SettingFault]) -> set[str]:
    return {fault.sentence.split(": ")[1].split(" is ")[0] for fault in faults}


def test_a_topic_of_our_own_has_no_faults(log: LogUnderTest) -> None:
    assert create(log, flush_every_message=None) == []


@pytest.mark.parametrize("name", topics.LOSING)
def test_a_topic_that_loses_or_refuses_events_is_refused_and_stays_empty(
    log: LogUnderTest, name: str
) -> None:
    topics.make(log, KEPT | {name: topics.LOSING[name]})
    with pytest.raises(LogSettingsError, match=f"{log.topic}: {name} is {topics.LOSING[name]} and must be"):
        create(log)
    reader = log.reader()
    assert [reader.first_offset(partition) for partition in range(2)] == [None, None]
    reader.close()


def test_a_topic_with_kafkas_own_defaults_is_refused_until_it_keeps_events(log: LogUnderTest) -> None:
    topics.make(log, {})
    with pytest.raises(LogSettingsError, match=r"retention\.ms is 604800000"):
        create(log)
    topics.alter(log, KEPT)
    assert create(log) == []


@pytest.mark.parametrize("name", topics.RISKY)
def test_a_topic_that_may_lose_events_when_a_broker_fails_is_taken_with_a_warning(
    log: LogUnderTest, name: str
) -> None:
    topics.make(log, KEPT | {name: topics.RISKY[name]})
    faults = setting_faults(log)
    assert named(faults) == {name}
    assert not any(fault.halts for fault in faults)


def setting_faults(log: LogUnderTest) -> list[SettingFault]:
    reader = log.reader()
    try:
        return list(reader.setting_faults())
    finally:
        reader.close()


def test_fewer_replicas_than_the_settings_say_are_a_warning(log: LogUnderTest) -> None:
    create(log)
    faults = create(log, replicas=3)
    assert named(faults) == {"replicas", "min.insync.replicas"}
    assert not any(fault.halts for fault in faults)


def test_a_single_replica_that_is_not_flushed_is_a_warning(log: LogUnderTest) -> None:
    topics.make(log, KEPT)
    assert named(create(log, flush_every_message=None)) == {"flush.messages"}


def test_where_kafka_hides_the_settings_they_are_said_to_be_unchecked(log: LogUnderTest) -> None:
    topics.make(log, {})
    with topics.settings_hidden(log):
        (fault,) = create(log)
    assert f"the settings of topic {log.topic} are not checked" in fault.sentence
    assert "DescribeConfigs" in fault.sentence
    assert not fault.halts


def test_a_topic_whose_beginning_was_deleted_gets_no_new_first_record(log: LogUnderTest) -> None:
    create(log)
    with topics.admin_of(log) as admin:
        admin.delete_records({TopicPartition(log.topic, 1): 1})
    with pytest.raises(LogGoneError, match="begins at offset 1 in partition 1"):
        create(log)
    reader = log.reader()
    assert reader.record_at(1, 1) is None
    reader.close()


def test_a_compression_that_is_allowed_can_be_read(log: LogUnderTest) -> None:
    topics.make(log, KEPT | {"compression.type": "gzip"})
    create(log)
    appender, reader = log.appender(), log.reader()
    value = b"words " * 1000
    appender.append(0, value).result(10)
    assert [record.value for record in reader.read({0: 1}, timeout_s=10)] == [value]
    appender.close()
    reader.close()


def test_the_largest_record_fits_the_smallest_message_size_that_is_allowed(log: LogUnderTest) -> None:
    create(log)
    topics.alter(log, {"max.message.bytes": str(MESSAGE_BYTES_MIN)})
    appender = log.appender()
    assert appender.append(0, bytes(RECORD_BYTES_MAX)).result(10) == 1
    appender.close()


def test_every_setting_of_the_table_but_old_ones_is_one_of_this_broker(log: LogUnderTest) -> None:
    create(log)
    kafka = KafkaConfig(topic=log.topic, options=log.options, replicas=1)
    wanted = {setting.name for setting in topic_settings(kafka) if setting.made is not None}
    assert wanted <= topic_values(log.options, topic=log.topic).keys()
