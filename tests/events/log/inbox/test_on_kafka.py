"""On Kafka itself: an inbox's messages have no key, no header, one time and one size."""

import os
import uuid
from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition

from events.log import assembly
from events.log.adapters.kafka_topic import delete_topic
from events.log.config import KafkaConfig, LogConfig
from events.log.inbox.inbox import HandedIn
from tests.backends.kafka import Broker
from tests.events.log.harness import unique_name


@pytest.mark.kafka
def test_messages_say_nothing_about_when_and_by_whom(kafka: Broker) -> None:
    name = unique_name()
    options = {"bootstrap_servers": kafka.bootstrap}
    topic = KafkaConfig(topic=f"{name}.feedback-inbox-2026", options=options, replicas=1)
    config = LogConfig(name=name, partitions=1, database_url="", kafka=topic)
    assembly.create_inbox(config)
    inbox = assembly.open_inbox(config)
    assert inbox.wait_until_read(30)
    for _ in range(5):
        handed_in = inbox.hand_in(
            uuid.uuid4().hex, uuid.uuid4().hex, command=os.urandom(32), sealed=os.urandom(8_273)
        )
        assert handed_in is HandedIn.KEPT
    inbox.close()
    consumer = KafkaConsumer(**options, group_id=None, enable_auto_commit=False)
    partition = TopicPartition(topic.topic, 0)
    consumer.assign([partition])
    consumer.seek(partition, 0)
    messages: list[Any] = []
    while len(messages) < 6:
        messages += consumer.poll(timeout_ms=1_000).get(partition, [])
    consumer.close()
    assert {message.timestamp for message in messages} == {0}
    assert {tuple(message.headers or ()) for message in messages} == {()}
    assert {message.key for message in messages} == {None}
    assert len({len(message.value) for message in messages[1:]}) == 1
    delete_topic(options, topic=topic.topic)
