"""
Long polls of Kafka on the reader's own thread.

The client's consumer keeps a thread for its connections, and each record would pass from one to the other;
for a log of few, large records that hand-over costs more than the reading.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kafka import TopicPartition
from kafka import errors as kafka_errors
from kafka.future import Future
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector
from kafka.protocol.consumer import FetchRequest
from kafka.record import MemoryRecords

FETCH_BYTES_MAX: Final = 4 * 1024 * 1024
"""Little enough to arrive whole within the reader's timeout on a slow line."""
RESPONSE_BYTES_MAX: Final = 2 * FETCH_BYTES_MAX
"""The first record of a fetch comes whole, whatever its size."""
OVERDUE_S: Final = 0.05
"""How much later than asked for an empty answer may come before reading goes on without it."""
REQUEST_VERSION_MAX: Final = 12
"""Later ones name topics by id."""
_NO_SESSION: Final = {"session_id": 0, "session_epoch": -1, "forgotten_topics_data": []}


class Fetches:
    """At most one fetch under way with each broker; raises the client's own errors, and is then of no use."""

    def __init__(self, options: Mapping[str, Any], *, topic: str, bootstrap_timeout_ms: int) -> None:
        self._topic = topic
        self._net = NetworkSelector()
        self._manager = KafkaConnectionManager(
            self._net, **options, receive_message_max_bytes=RESPONSE_BYTES_MAX
        )
        self._manager.cluster.config["allow_auto_create_topics"] = False
        self._under_way: dict[int, tuple[Future, dict[int, int]]] = {}
        try:
            self._manager.bootstrap(bootstrap_timeout_ms)
            # Only now: asking for a topic begins a bootstrap by itself, one that never gives up.
            self._manager.cluster.set_topics([topic])
        except BaseException:
            self.close()
            raise

    def read(self, after: Mapping[int, int], *, timeout_s: float) -> list[tuple[int, int, Any]]:
        """Return partition, leader epoch and record of what comes next in these partitions."""
        self._ask(after, timeout_s)
        self._wait(timeout_s + OVERDUE_S)
        found: list[tuple[int, int, Any]] = []
        for node, (answer, asked) in list(self._under_way.items()):
            if not answer.is_done:
                continue
            del self._under_way[node]
            if answer.exception is not None:
                raise answer.exception
            for topic in answer.value.responses:
                for part in topic.partitions:
                    if part.error_code:
                        raise kafka_errors.for_code(part.error_code)(f"partition {part.partition_index}")
                    if asked[part.partition_index] == after.get(part.partition_index):
                        found += _records(part, asked[part.partition_index])
        return found

    def close(self) -> None:
        self._manager.close()
        self._net.close()

    def _ask(self, after: Mapping[int, int], timeout_s: float) -> None:
        by_node: defaultdict[int, dict[int, int]] = defaultdict(dict)
        for partition, offset in after.items():
            by_node[self._leader(partition)][partition] = offset
        for node, offsets in by_node.items():
            if node not in self._under_way:
                answer = self._manager.send(self._request(offsets, timeout_s), node_id=node)
                self._under_way[node] = (answer, offsets)

    def _leader(self, partition: int) -> int:
        cluster, place = self._manager.cluster, TopicPartition(self._topic, partition)
        leader = cluster.leader_for_partition(place)
        if leader is None or leader < 0:  # as for a moment after the topic was made
            self._net.run(cluster.refresh_metadata)
            leader = cluster.leader_for_partition(place)
        if leader is None or leader < 0:
            raise kafka_errors.LeaderNotAvailableError(f"partition {partition} has no leader")
        return int(leader)

    def _request(self, offsets: Mapping[int, int], timeout_s: float) -> FetchRequest:
        asked = FetchRequest.FetchTopic
        partitions = [
            asked.FetchPartition(
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
            topics=[asked(topic=self._topic, partitions=partitions)],
            rack_id="",
            max_version=REQUEST_VERSION_MAX,
            **_NO_SESSION,
        )

    def _wait(self, timeout_s: float) -> None:
        """Wait until one of the fetches is answered."""
        answers = [answer for answer, _ in self._under_way.values()]
        first = answers[0]
        if len(answers) > 1:
            first = Future()
            for answer in answers:
                answer.add_both(lambda _: first.is_done or first.success(None))
        self._net.poll(timeout_ms=timeout_s * 1000, future=first)


def _records(part: Any, offset: int) -> Iterator[tuple[int, int, Any]]:
    batches = MemoryRecords(part.records)
    while (batch := batches.next_batch()) is not None:
        if not batch.validate_crc():
            raise kafka_errors.CorruptRecordError(f"partition {part.partition_index}, {batch.base_offset}")
        if batch.is_control_batch:
            continue
        for record in batch:
            if record.offset >= offset:
                yield part.partition_index, batch.leader_epoch, record
