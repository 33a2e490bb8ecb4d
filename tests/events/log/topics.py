"""Topics whose settings are not as they must be, as a platform team may give one."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ConfigResource,
    ConfigResourceType,
    ResourcePattern,
    ResourceType,
)
from kafka.errors import TopicAlreadyExistsError

from tests.events.log.harness import LogUnderTest

GONE_S_MAX: Final = 20.0

LOSING: Final = {
    "cleanup.policy": "compact",
    "retention.ms": "604800000",
    "retention.bytes": "1000000000",
    "max.message.bytes": "500000",
    "message.timestamp.type": "LogAppendTime",
    "message.timestamp.before.max.ms": "3600000",
    "message.timestamp.after.max.ms": "0",
    "compression.type": "zstd",
}
"""Each halts the journal."""
RISKY: Final = {"min.insync.replicas": "2", "unclean.leader.election.enable": "true"}
"""Each is a warning on a topic of one replica."""
GRANTED: Final = (
    ACLOperation.DESCRIBE,
    ACLOperation.READ,
    ACLOperation.WRITE,
    ACLOperation.DELETE,
)
"""Every right that the tests need on a topic, but DescribeConfigs."""


@contextmanager
def admin_of(log: LogUnderTest) -> Iterator[KafkaAdminClient]:
    """Lend an admin client of the log's cluster."""
    admin = KafkaAdminClient(**log.options)
    try:
        yield admin
    finally:
        admin.close()


def make(log: LogUnderTest, configs: Mapping[str, str]) -> None:
    """Make the log's topic with these settings only."""
    new = {"num_partitions": log.partitions, "replication_factor": 1, "configs": dict(configs)}
    with admin_of(log) as admin:
        admin.create_topics({log.topic: new}, wait_for_metadata=True)


def make_when_gone(log: LogUnderTest, configs: Mapping[str, str]) -> None:
    """Make the log's topic once the one that was deleted is gone: Kafka deletes it in the background."""
    deadline = time.monotonic() + GONE_S_MAX
    while True:
        try:
            return make(log, configs)
        except TopicAlreadyExistsError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def alter(log: LogUnderTest, configs: Mapping[str, str]) -> None:
    """Change settings of the log's topic."""
    with admin_of(log) as admin:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, log.topic, dict(configs))])


@contextmanager
def settings_hidden(log: LogUnderTest) -> Iterator[None]:
    """Give everybody all rights on the topic but the one to see its settings."""
    rules = [
        ACL("User:ANONYMOUS", "*", operation, ACLPermissionType.ALLOW, _pattern(log)) for operation in GRANTED
    ]
    with admin_of(log) as admin:
        made = admin.create_acls(rules)
        assert not made["failed"], made
        try:
            yield
        finally:
            admin.delete_acls(rules)


def _pattern(log: LogUnderTest) -> ResourcePattern:
    return ResourcePattern(ResourceType.TOPIC, log.topic)
