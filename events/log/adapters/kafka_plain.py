"""The client's own producer and consumer: slower here, and nothing but what the client documents."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka import errors as kafka_errors

from events.log.adapters.kafka_admin import (
    BOOTSTRAP_TIMEOUT_MS,
    READ_TIMEOUT_MS,
    REQUEST_TIMEOUT_MS,
)
from events.log.adapters.kafka_fetch import FETCH_BYTES_MAX
from events.log.adapters.kafka_produce import DELIVERY_TIMEOUT_MS, UNSENT_TIMEOUT_MS
from events.log.outcomes import NotSentError
from events.log.port import LogDamagedError


class PlainDeliveries:
    """Does what `Deliveries` does, through the client's producer; raises its errors where none answers."""

    blocks: Final = True
    """Until the topic's leaders are known."""

    def __init__(self, options: Mapping[str, Any], *, topic: str) -> None:
        self._topic = topic
        self._producer = KafkaProducer(
            **options,
            acks="all",
            # The rule takes duplicates for repeats. If on, it allowed one batch in flight a partition.
            enable_idempotence=False,
            linger_ms=0,
            batch_size=0,
            max_request_size=1024 * 1024,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            delivery_timeout_ms=DELIVERY_TIMEOUT_MS,
            max_block_ms=UNSENT_TIMEOUT_MS,
            bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
            metrics_enabled=False,
            allow_auto_create_topics=False,
        )

    def send(self, partition: int, record: bytes, *, timestamp_ms: int) -> "Future[int]":
        done: Future[int] = Future()
        try:
            sent = self._producer.send(
                self._topic, value=record, partition=partition, timestamp_ms=timestamp_ms
            )
        except (kafka_errors.KafkaError, AssertionError) as error:
            raise NotSentError(f"Kafka did not accept the record: {error}") from error
        sent.add_callback(lambda metadata: done.set_result(metadata.offset))
        sent.add_errback(done.set_exception)
        return done

    def close(self) -> None:
        with suppress(
            kafka_errors.KafkaTimeoutError
        ):  # the outcome of what is not sent in time stays unknown
            self._producer.close(timeout=DELIVERY_TIMEOUT_MS / 1e3)


class PlainFetches:
    """Does what `Fetches` does, through the client's consumer."""

    def __init__(self, options: Mapping[str, Any], *, topic: str) -> None:
        self._topic = topic
        self._consumer = new_consumer(options)
        self._next: dict[int, int] = {}

    def read(self, after: Mapping[int, int], *, timeout_s: float) -> list[tuple[int, int, Any]]:
        if self._next.keys() != after.keys():
            self._consumer.assign([TopicPartition(self._topic, partition) for partition in after])
            self._next = {}
        for partition, offset in after.items():
            if self._next.get(partition) != offset:
                self._consumer.seek(TopicPartition(self._topic, partition), offset)
        self._next = dict(after)
        try:
            batches = self._consumer.poll(timeout_ms=timeout_s * 1e3)
        except kafka_errors.CorruptRecordError as error:
            if len(after) > 1:
                raise
            raise LogDamagedError(*next(iter(after.items()))) from error
        found = list(_records(batches))
        self._next |= {partition: record.offset + 1 for partition, _, record in found}
        return found

    def close(self) -> None:
        self._consumer.close()


def new_consumer(options: Mapping[str, Any]) -> KafkaConsumer:
    """Return a consumer of no group. Raises the client's errors where no broker answers."""
    return KafkaConsumer(
        **options,
        group_id=None,
        enable_auto_commit=False,
        # With "earliest", a cut log would be read from its new beginning without an error.
        auto_offset_reset="none",
        allow_auto_create_topics=False,
        max_partition_fetch_bytes=FETCH_BYTES_MAX,
        fetch_max_bytes=FETCH_BYTES_MAX,
        request_timeout_ms=READ_TIMEOUT_MS,
        bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
        metrics_enabled=False,
    )


def _records(batches: Mapping[TopicPartition, list[Any]]) -> Iterator[tuple[int, int, Any]]:
    for topic_partition, records in batches.items():
        for record in records:
            yield topic_partition.partition, record.leader_epoch, record
