"""
Long polls of Kafka on the reader's own thread.

The client's consumer has a thread for its connections, and hands each record over to the reader's. For a log
of few, large records that costs more than the reading.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from kafka import TopicPartition
from kafka import errors as kafka_errors
from kafka.future import Future
from kafka.net.selector import NetworkSelector
from kafka.protocol.consumer import FetchRequest
from kafka.record import MemoryRecords

from events.log.adapters.kafka_admin import BOOTSTRAP_TIMEOUT_MS
from events.log.adapters.kafka_connections import Connections, Sockets
from events.log.port import LogDamagedError

FETCH_BYTES_MAX: Final = 4 * 1024 * 1024
"""Small enough to arrive within the reader's timeout on a slow line."""
RESPONSE_BYTES_MAX: Final = 2 * FETCH_BYTES_MAX
"""The first record of a fetch is complete, whatever its size."""
OVERDUE_S: Final = 0.05
"""How much longer than the timeout an empty response is waited for."""
REQUEST_VERSION_MAX: Final = 11
"""Later versions say the same, take longer to write (1.3 to 1.5 times), and name topics by id in the end."""
_NO_SESSION: Final = {"session_id": 0, "session_epoch": -1, "forgotten_topics_data": []}


class Fetches:
    """Keeps one fetch open at each broker. Raises the client's errors and LogDamagedError; then renew it."""

    def __init__(self, options: Mapping[str, Any], *, topic: str) -> None:
        self._topic = topic
        self._net = NetworkSelector(selector=Sockets)
        self._manager = Connections(self._net, **options, receive_message_max_bytes=RESPONSE_BYTES_MAX)
        self._manager.cluster.config["allow_auto_create_topics"] = False
        self._open: dict[int, tuple[Future, dict[int, int]]] = {}
        self._passed: dict[int, tuple[int, int]] = {}
        try:
            self._manager.bootstrap(BOOTSTRAP_TIMEOUT_MS)
            # Only now: setting topics starts a bootstrap by itself, one that never gives up.
            self._manager.cluster.set_topics([topic])
        except BaseException:
            self.close()
            raise

    def read(self, after: Mapping[int, int], *, timeout_s: float) -> list[tuple[int, int, Any]]:
        """Return partition, leader epoch and record of the next records in these partitions."""
        self._fetch(after, timeout_s)
        self._wait(timeout_s + OVERDUE_S)
        return self._take(after)

    def _take(self, after: Mapping[int, int]) -> list[tuple[int, int, Any]]:
        """Return the records of the responses that are there."""
        found: list[tuple[int, int, Any]] = []
        taken: set[int] = set()  # a partition that moved to another broker may be in the responses of both
        for node, (response, offsets) in list(self._open.items()):
            if not response.is_done:
                continue
            del self._open[node]
            if response.exception is not None:
                raise response.exception
            for topic in response.value.responses:
                for part in topic.partitions:
                    if part.error_code:
                        raise kafka_errors.for_code(part.error_code)(f"partition {part.partition_index}")
                    partition, offset = part.partition_index, offsets[part.partition_index]
                    if partition in taken or offset != self._next(after, partition):
                        continue
                    records, ends = _records(part, offset)
                    found += records
                    if records:
                        taken.add(partition)
                    else:
                        self._passed[partition] = (after[partition], ends)
        return found

    def _next(self, after: Mapping[int, int], partition: int) -> int | None:
        """
        Return the offset to fetch: the first one, or what comes after batches without a record.

        Such batches are not of this program: the markers of a transaction, or what compaction has emptied.
        The reader is to see the gap; asked for the first one again, Kafka would give them again and again.
        """
        first = after.get(partition)
        asked, ends = self._passed.get(partition, (None, None))
        return first if first is None or first != asked else ends

    def close(self) -> None:
        self._manager.close()
        self._net.close()

    def _fetch(self, after: Mapping[int, int], timeout_s: float) -> None:
        by_node: defaultdict[int, dict[int, int]] = defaultdict(dict)
        for partition, offset in after.items():
            by_node[self._leader(partition)][partition] = self._next(after, partition) or offset
        for node, offsets in by_node.items():
            if node not in self._open:
                response = self._manager.send(self._request(offsets, timeout_s), node_id=node)
                self._open[node] = (response, offsets)

    def _leader(self, partition: int) -> int:
        cluster, topic_partition = self._manager.cluster, TopicPartition(self._topic, partition)
        leader = cluster.leader_for_partition(topic_partition)
        if leader is None or leader < 0:  # for a moment after the topic was created
            self._net.run(cluster.refresh_metadata)
            leader = cluster.leader_for_partition(topic_partition)
        if leader is None or leader < 0:
            raise kafka_errors.LeaderNotAvailableError(f"partition {partition} has no leader")
        return int(leader)

    def _request(self, offsets: Mapping[int, int], timeout_s: float) -> FetchRequest:
        topic = FetchRequest.FetchTopic
        partitions = [
            topic.FetchPartition(
                partition=partition,
                current_leader_epoch=-1,
                fetch_offset=offset,
                last_fetched_epoch=-1,
                log_start_offset=-1,
                partition_max_bytes=FETCH_BYTES_MAX,
            )
            for partition, offset in offsets.items()
        ]
        return FetchRequest(
            max_wait_ms=int(timeout_s * 1000),
            min_bytes=1,
            max_bytes=FETCH_BYTES_MAX,
            isolation_level=0,
            topics=[topic(topic=self._topic, partitions=partitions)],
            rack_id="",
            max_version=REQUEST_VERSION_MAX,
            **_NO_SESSION,
        )

    def _wait(self, timeout_s: float) -> None:
        """Wait until one of the fetches has its response."""
        responses = [response for response, _ in self._open.values()]
        first = responses[0]
        if len(responses) > 1:
            first = Future()
            for response in responses:
                response.add_both(lambda _: first.is_done or first.success(None))
        self._net.poll(timeout_ms=timeout_s * 1000, future=first)


def _records(part: Any, offset: int) -> tuple[list[tuple[int, int, Any]], int]:
    """Return the records from this offset on, up to a damaged batch, and the offset after all batches."""
    batches = MemoryRecords(part.records)
    found: list[tuple[int, int, Any]] = []
    ends = offset
    while (batch := batches.next_batch()) is not None:
        if not batch.validate_crc():
            if found:
                break
            raise LogDamagedError(part.partition_index, batch.base_offset)
        ends = batch.next_offset
        if not batch.is_control_batch:
            found += (
                (part.partition_index, batch.leader_epoch, record)
                for record in batch
                if record.offset >= offset
            )
    return found, ends
