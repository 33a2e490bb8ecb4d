"""
The Kafka client's connections, driven by the one thread that uses them.

The client's own producer and consumer keep a thread for their connections, and each record passes from one to
the other; for a log of few, large records that hand-over costs more than the sending and reading
(docs/decisions/0008-driving-the-clients-connections.md).
"""

from collections.abc import Mapping
from typing import Any

from kafka import TopicPartition
from kafka.cluster import ClusterMetadata
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector


class Brokers:
    """Connections to the brokers that lead one topic's partitions."""

    def __init__(
        self, options: Mapping[str, Any], *, topic: str, bootstrap_timeout_ms: int, response_bytes_max: int
    ) -> None:
        """Connect. Raises the client's own errors when no broker answers within the timeout."""
        self._topic = topic
        self.net = NetworkSelector()
        self.manager = KafkaConnectionManager(
            self.net, **options, receive_message_max_bytes=response_bytes_max
        )
        try:
            self.manager.bootstrap(bootstrap_timeout_ms)
            # Only now: asking for a topic begins a bootstrap by itself, one that never gives up.
            self.cluster.set_topics([topic])
        except BaseException:
            self.close()
            raise

    @property
    def cluster(self) -> ClusterMetadata:
        return self.manager.cluster

    def leader(self, partition: int) -> int | None:
        """Return the node that leads a partition; None while none is known, as in a new topic."""
        leader = self.cluster.leader_for_partition(TopicPartition(self._topic, partition))
        return None if leader is None or leader < 0 else int(leader)

    def close(self) -> None:
        self.manager.close()
        self.net.close()
