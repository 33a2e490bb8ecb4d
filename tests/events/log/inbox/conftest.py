"""An inbox on each adapter, and one in memory."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from events.log import assembly
from events.log.adapters.kafka_topic import delete_topic
from events.log.config import KafkaConfig, LogConfig
from events.log.inbox.inbox import Inbox
from tests.events.log.harness import unique_name

OpenInbox = Callable[[], Inbox]
ADAPTERS = [
    pytest.param("embedded", marks=pytest.mark.postgres),
    pytest.param("kafka", marks=[pytest.mark.postgres, pytest.mark.kafka]),
]


@pytest.fixture(params=ADAPTERS)
def config(request: Any) -> Iterator[LogConfig]:
    """Give an inbox that was created, on a table or on Kafka."""
    name, kafka, url = unique_name(), None, ""
    if request.param == "kafka":
        options = {"bootstrap_servers": request.getfixturevalue("kafka").bootstrap}
        kafka = KafkaConfig(topic=f"{name}.inbox", options=options, replicas=1, flush_every_message=False)
    else:
        url = request.getfixturevalue("database")
    config = LogConfig(name=name, partitions=1, database_url=url, kafka=kafka, append_timeout_s=10)
    assembly.create_inbox(config)
    yield config
    if kafka is not None:
        delete_topic(kafka.options, topic=kafka.topic)


@pytest.fixture
def opened(config: LogConfig) -> Iterator[OpenInbox]:
    """Open keepers' inboxes on one log, each with a reading of its own."""
    inboxes: list[Inbox] = []

    def open_one() -> Inbox:
        inboxes.append(assembly.open_inbox(config))
        assert inboxes[-1].wait_until_read(30)
        return inboxes[-1]

    yield open_one
    for inbox in inboxes:
        inbox.close()
