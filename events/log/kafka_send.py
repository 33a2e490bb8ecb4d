"""Produce requests on the thread of who appends; a record is sent until a broker has it, for some time."""

import time
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any, Final

from kafka import errors as kafka_errors
from kafka.protocol.producer import ProduceRequest
from kafka.record.memory_records import MemoryRecordsBuilder

from events.log.kafka_client import Brokers

RETRY_S: Final = 0.1
"""Between two attempts to send a record; the client's back-off of a broker that is away comes on top."""
RESPONSE_BYTES_MAX: Final = 1024 * 1024
REQUEST_VERSION_MAX: Final = 9
"""Later ones name topics by id."""
_MESSAGE_FORMAT: Final = 2


class Sends:
    """Records under way to their brokers, all within `wait`."""

    def __init__(
        self,
        options: Mapping[str, Any],
        *,
        topic: str,
        bootstrap_timeout_ms: int,
        request_timeout_ms: int,
        delivery_timeout_ms: int,
    ) -> None:
        """Connect. Raises the client's own errors when no broker answers."""
        self._topic = topic
        self._request_timeout_ms, self._delivery_timeout_s = request_timeout_ms, delivery_timeout_ms / 1000
        self._brokers = Brokers(
            {**options, "request_timeout_ms": request_timeout_ms},
            topic=topic,
            bootstrap_timeout_ms=bootstrap_timeout_ms,
            response_bytes_max=RESPONSE_BYTES_MAX,
        )

    def send(self, partition: int, record: bytes, timestamp_ms: int) -> "Future[int]":
        """Begin to send a record with all in-sync replicas' word; `wait` goes on with it."""
        done: Future[int] = Future()
        builder = MemoryRecordsBuilder(magic=_MESSAGE_FORMAT, compression_type=0, batch_size=0)
        builder.append(timestamp_ms, None, record)
        builder.close()

        async def deliver() -> None:
            try:
                done.set_result(await self._delivered(partition, builder.buffer()))
            except Exception as error:  # noqa: BLE001 - handed on, whatever it is
                done.set_exception(error)

        self._brokers.net.call_soon(deliver)
        return done

    def wait(self, timeout_s: float | None) -> None:
        """Let what is under way go on until something happened, `wake` was called or the time is over."""
        self._brokers.net.poll(timeout_ms=None if timeout_s is None else timeout_s * 1000)

    def wake(self) -> None:
        """End a `wait`, from any thread; the next one if there is none now."""
        self._brokers.net.wakeup()

    def close(self) -> None:
        self._brokers.close()

    async def _delivered(self, partition: int, batch: bytes) -> int:
        """Send a batch until it is answered for good, and return its offset; it may stand there twice."""
        deadline = time.monotonic() + self._delivery_timeout_s
        while True:
            try:
                return await self._sent(partition, batch)
            except kafka_errors.KafkaError as error:
                if not error.retriable or time.monotonic() + RETRY_S > deadline:
                    raise
                if error.invalid_metadata:
                    self._brokers.cluster.request_update()
            await self._brokers.net.sleep(RETRY_S)

    async def _sent(self, partition: int, batch: bytes) -> int:
        leader = self._brokers.leader(partition)
        if leader is None:
            raise kafka_errors.LeaderNotAvailableError(f"partition {partition} has no leader")
        topic = ProduceRequest.TopicProduceData
        data = topic.PartitionProduceData(index=partition, records=batch)
        request = ProduceRequest(
            transactional_id=None,
            acks=-1,
            timeout_ms=self._request_timeout_ms,
            topic_data=[topic(name=self._topic, partition_data=[data])],
            max_version=REQUEST_VERSION_MAX,
        )
        answer = await self._brokers.manager.send(request, node_id=leader)
        (told,) = answer.responses[0].partition_responses
        if told.error_code:
            raise kafka_errors.for_code(told.error_code)(f"partition {partition}")
        return int(told.base_offset)
