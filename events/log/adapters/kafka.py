"""The log on Apache Kafka: one topic, kept for ever."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors

from events.log.adapters.kafka_admin import (
    READ_TIMEOUT_MS,
    RECONNECT,
    topic_id,
    topic_values,
)
from events.log.adapters.kafka_fetch import Fetches
from events.log.adapters.kafka_plain import PlainDeliveries, PlainFetches, new_consumer
from events.log.adapters.kafka_produce import Deliveries
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
_MS_PER_DAY: Final = 86_400_000
_DAY_MAX: Final = 2**31 - 1


class KafkaAppender:
    """Appends records, acknowledged by all in-sync replicas."""

    def __init__(self, config: KafkaConfig, *, clock: Clock) -> None:
        self._clock = clock
        deliveries = PlainDeliveries if config.plain_client else Deliveries
        try:
            self._deliveries = deliveries({**RECONNECT, **config.options}, topic=config.topic)
        except kafka_errors.KafkaError as error:
            raise NotSentError(f"Kafka does not answer: {error}") from error

    @property
    def blocks(self) -> bool:
        return self._deliveries.blocks

    def append(self, partition: int, record: bytes) -> "Future[int]":
        if len(record) > RECORD_BYTES_MAX:
            raise NotSentError(f"a record of {len(record)} bytes is over the limit of {RECORD_BYTES_MAX}")
        return self._deliveries.send(partition, record, timestamp_ms=day_of(self._clock) * _MS_PER_DAY)

    def close(self) -> None:
        self._deliveries.close()


class KafkaReader:
    """Reads the topic from given offsets, without a consumer group: the journal keeps the positions."""

    def __init__(self, config: KafkaConfig) -> None:
        self._options, self._topic = config.options, config.topic
        self._settings = topic_settings(config)
        self._plain_client = config.plain_client
        self._fetches: Fetches | PlainFetches | None = None
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
                self._fetches = self._open_fetches()
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

    def _open_fetches(self) -> Fetches | PlainFetches:
        options = {**RECONNECT, **self._options}
        if self._plain_client:
            return PlainFetches(options, topic=self._topic)
        return Fetches({**options, **_READING}, topic=self._topic)

    def _open_side(self) -> KafkaConsumer:
        """Return the consumer for single records; `read` has connections of its own."""
        if self._side is None:
            try:
                self._side = new_consumer({**RECONNECT, **self._options})
            except kafka_errors.KafkaError as error:
                raise LogUnavailableError(f"Kafka does not answer: {error}") from error
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
