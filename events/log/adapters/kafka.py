"""The log on Apache Kafka: one topic, kept for ever."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Final

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka import errors as kafka_errors

from events.log.adapters.kafka_admin import (
    BOOTSTRAP_TIMEOUT_MS,
    READ_TIMEOUT_MS,
    RECONNECT,
    REQUEST_TIMEOUT_MS,
    KafkaOptions,
    topic_id,
    topic_values,
)
from events.log.adapters.kafka_fetch import FETCH_BYTES_MAX, Fetches
from events.log.adapters.topic_settings import setting_faults, topic_settings
from events.log.config import KafkaConfig
from events.log.outcomes import NotSentError
from events.log.port import (
    LogDamagedError,
    LogGoneError,
    LogRecord,
    LogUnavailableError,
    SettingFault,
    day_of,
)
from events.log.record import RECORD_BYTES_MAX
from kit.clock import Clock

_READING: Final = {
    "request_timeout_ms": READ_TIMEOUT_MS,
    "socket_connection_setup_timeout_ms": READ_TIMEOUT_MS,
    "socket_connection_setup_timeout_max_ms": READ_TIMEOUT_MS,
}
DELIVERY_TIMEOUT_MS: Final = 15_000
"""After this time the producer gives up an undelivered record, so that none arrives much later."""
SEND_BLOCK_MS: Final = 5_000
_MS_PER_DAY: Final = 86_400_000
_DAY_MAX: Final = 2**31 - 1


class KafkaAppender:
    """Appends records, acknowledged by all in-sync replicas; one connection, one sender thread."""

    def __init__(self, options: KafkaOptions, *, topic: str, clock: Clock) -> None:
        self._topic, self._clock = topic, clock
        try:
            self._producer = KafkaProducer(
                **{**RECONNECT, **options},
                acks="all",
                # The rule takes duplicates for repeats. If on, it allowed one batch in flight a partition.
                enable_idempotence=False,
                linger_ms=0,
                batch_size=0,
                max_request_size=1024 * 1024,
                request_timeout_ms=REQUEST_TIMEOUT_MS,
                delivery_timeout_ms=DELIVERY_TIMEOUT_MS,
                max_block_ms=SEND_BLOCK_MS,
                bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
                metrics_enabled=False,
                allow_auto_create_topics=False,
            )
        except kafka_errors.KafkaError as error:
            raise NotSentError(f"Kafka does not answer: {error}") from error

    def append(self, partition: int, record: bytes) -> "Future[int]":
        done: Future[int] = Future()
        if len(record) > RECORD_BYTES_MAX:
            raise NotSentError(f"a record of {len(record)} bytes is over the limit of {RECORD_BYTES_MAX}")
        try:
            sent = self._producer.send(
                self._topic,
                value=record,
                partition=partition,
                timestamp_ms=day_of(self._clock) * _MS_PER_DAY,
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


class KafkaReader:
    """Reads the topic from given offsets, without a consumer group: the journal keeps the positions."""

    def __init__(self, config: KafkaConfig) -> None:
        self._options, self._topic = config.options, config.topic
        self._settings = topic_settings(config)
        self._fetches: Fetches | None = None
        self._side: KafkaConsumer | None = None

    def identity(self) -> str:
        return f"topic {topic_id(self._options, topic=self._topic)}"

    def setting_faults(self) -> Sequence[SettingFault]:
        values = topic_values(self._options, topic=self._topic)
        return tuple(setting_faults(self._settings, topic=self._topic, values=values))

    def partitions(self) -> int:
        try:
            known = self._open_side().partitions_for_topic(self._topic)
        except kafka_errors.KafkaError as error:
            raise LogUnavailableError(f"Kafka does not answer: {error}") from error
        if not known:
            raise LogGoneError(f"there is no topic {self._topic}")
        return len(known)

    def read(self, after: Mapping[int, int], *, timeout_s: float) -> Sequence[LogRecord]:
        if not after:
            return []
        try:
            if self._fetches is None:
                self._fetches = Fetches(
                    {**RECONNECT, **self._options, **_READING},
                    topic=self._topic,
                    bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
                )
            found = self._fetches.read(after, timeout_s=timeout_s)
        except LogDamagedError:
            self.close()
            raise
        except kafka_errors.OffsetOutOfRangeError as error:
            self.close()
            raise LogGoneError(f"an offset lies outside the log: {error}") from error
        except kafka_errors.KafkaError as error:
            self.close()
            raise LogUnavailableError(f"Kafka does not answer: {error}") from error
        return [_record(partition, epoch, record) for partition, epoch, record in found]

    def record_at(self, partition: int, offset: int) -> LogRecord | None:
        begin, end = self.bounds(partition)
        if not begin <= offset < end:
            return None
        consumer, topic_partition = self._open_side(), TopicPartition(self._topic, partition)
        try:
            consumer.assign([topic_partition])
            consumer.seek(topic_partition, offset)
            batches = consumer.poll(timeout_ms=READ_TIMEOUT_MS, max_records=1)
        except kafka_errors.CorruptRecordError as error:
            self._close_side()
            raise LogDamagedError(partition, offset) from error
        except kafka_errors.KafkaError as error:
            self._close_side()
            raise LogUnavailableError(f"Kafka does not answer: {error}") from error
        for raw in batches.get(topic_partition, ()):
            return _record(partition, raw.leader_epoch, raw) if raw.offset == offset else None
        raise LogUnavailableError(f"Kafka returned no record of partition {partition} at {offset} in time")

    def first_offset(self, partition: int) -> int | None:
        begin, end = self.bounds(partition)
        return begin if begin < end else None

    def bounds(self, partition: int) -> tuple[int, int]:
        """Return the first offset of a partition and the next one to be written."""
        consumer, topic_partition = self._open_side(), TopicPartition(self._topic, partition)
        try:
            begin = consumer.beginning_offsets([topic_partition])[topic_partition]
            return begin, consumer.end_offsets([topic_partition])[topic_partition]
        except kafka_errors.KafkaError as error:
            self._close_side()
            raise LogUnavailableError(f"Kafka does not answer: {error}") from error

    def close(self) -> None:
        self._close_side()
        if self._fetches is not None:
            self._fetches.close()
            self._fetches = None

    def _new_consumer(self) -> KafkaConsumer:
        try:
            return KafkaConsumer(
                **{**RECONNECT, **self._options},
                group_id=None,
                enable_auto_commit=False,
                # With "earliest", a cut log would be read from its new beginning without an error.
                auto_offset_reset="none",
                allow_auto_create_topics=False,
                max_partition_fetch_bytes=FETCH_BYTES_MAX,
                request_timeout_ms=READ_TIMEOUT_MS,
                bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
                metrics_enabled=False,
            )
        except kafka_errors.KafkaError as error:
            raise LogUnavailableError(f"Kafka does not answer: {error}") from error

    def _open_side(self) -> KafkaConsumer:
        """Return the consumer for single records; `read` has connections of its own."""
        if self._side is None:
            self._side = self._new_consumer()
        return self._side

    def _close_side(self) -> None:
        if self._side is not None:
            self._side.close()
            self._side = None


def _record(partition: int, epoch: int | None, raw: Any) -> LogRecord:
    return LogRecord(
        partition=partition,
        offset=raw.offset,
        epoch=-1 if epoch is None else epoch,
        day=min(max(0, (raw.timestamp or 0) // _MS_PER_DAY), _DAY_MAX),
        value=raw.value or b"",
    )
