"""The log on Apache Kafka: one topic, kept for ever."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka import errors as kafka_errors

from events.log.adapters.kafka_fetch import FETCH_BYTES_MAX, Fetches
from events.log.outcomes import NotSentError
from events.log.port import LogGoneError, LogRecord, LogUnavailableError, day_of
from events.log.record import RECORD_BYTES_MAX, Genesis, encode_entry, frame, unframe
from kit.clock import Clock

REQUEST_TIMEOUT_MS: Final = 10_000
READ_TIMEOUT_MS: Final = 4_000
"""Well within a journal worker's lease, since it reads between two renewals."""
_READING: Final = {
    "request_timeout_ms": READ_TIMEOUT_MS,
    "socket_connection_setup_timeout_ms": READ_TIMEOUT_MS,
    "socket_connection_setup_timeout_max_ms": READ_TIMEOUT_MS,
}
_RECONNECT: Final = {"reconnect_backoff_max_ms": 1_000}
"""For every client: with Kafka's default of 30 s, a broker that is back would be noticed too late."""
DELIVERY_TIMEOUT_MS: Final = 15_000
"""After this time the producer gives up an undelivered record, so that none arrives much later."""
SEND_BLOCK_MS: Final = 5_000
BOOTSTRAP_TIMEOUT_MS: Final = 5_000
_MS_PER_DAY: Final = 86_400_000
_DAY_MAX: Final = 2**31 - 1

KafkaOptions = Mapping[str, Any]
"""What every client of the cluster needs: bootstrap_servers, and in production TLS and SASL settings."""


def create_topic(
    options: KafkaOptions,
    *,
    topic: str,
    partitions: int,
    replicas: int,
    clock: Clock,
    flush_every_message: bool | None = None,
    one_subject: bool = False,
) -> str:
    """
    Create the topic with a genesis record in each partition, and return its generation (32 hex digits).

    An existing topic keeps its content; a partition without genesis record (a creation that was cut short)
    gets one. With fewer than two replicas every message is flushed to disk, unless `flush_every_message` is
    False, because a power cut would lose acknowledged records. Raises LogUnavailableError, and LogGoneError
    for an existing topic with another number of partitions.
    """
    flush = replicas < 2 if flush_every_message is None else flush_every_message  # noqa: PLR2004
    configs = {
        "cleanup.policy": "delete",
        "retention.ms": "-1",
        "retention.bytes": "-1",
        "min.insync.replicas": str(max(1, replicas - 1)),
        "unclean.leader.election.enable": "false",
        "message.timestamp.type": "CreateTime",
        "max.message.bytes": str(1024 * 1024),
    } | ({"flush.messages": "1"} if flush else {})
    with _admin(options) as admin, suppress(kafka_errors.TopicAlreadyExistsError):
        admin.create_topics(
            {topic: {"num_partitions": partitions, "replication_factor": replicas, "configs": configs}},
            wait_for_metadata=True,
        )
    return _write_genesis(options, topic=topic, partitions=partitions, clock=clock, one_subject=one_subject)


def delete_topic(options: KafkaOptions, *, topic: str) -> None:
    """Delete a topic with all its records: for tests and benchmarks."""
    with _admin(options) as admin:
        admin.delete_topics([topic])


@contextmanager
def _admin(options: KafkaOptions) -> Iterator[KafkaAdminClient]:
    """Lend an admin client. Raises LogUnavailableError for Kafka's errors, except for an existing topic."""
    try:
        admin = KafkaAdminClient(**{**_RECONNECT, **options}, bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS)
    except kafka_errors.KafkaError as error:
        raise LogUnavailableError(f"Kafka does not answer: {error}") from error
    try:
        yield admin
    except kafka_errors.TopicAlreadyExistsError:
        raise
    except kafka_errors.KafkaError as error:
        raise LogUnavailableError(f"Kafka refused the request: {error}") from error
    finally:
        admin.close()


def _write_genesis(
    options: KafkaOptions, *, topic: str, partitions: int, clock: Clock, one_subject: bool
) -> str:
    reader = KafkaReader(options, topic=topic)
    appender = KafkaAppender(options, topic=topic, clock=clock)
    try:
        if reader.partitions() != partitions:
            raise LogGoneError(f"topic {topic} has {reader.partitions()} partitions, not {partitions}")
        first = reader.record_at(0, 0)
        generation = unframe(first.value).generation if first else uuid.uuid4().bytes
        for partition in range(partitions):
            if reader.record_at(partition, 0) is None:
                genesis = encode_entry(Genesis(partition, partitions, one_subject))
                appender.append(partition, frame(generation, "", [genesis])).result(DELIVERY_TIMEOUT_MS / 1e3)
        return generation.hex()
    finally:
        appender.close()
        reader.close()


class KafkaAppender:
    """Appends records, acknowledged by all in-sync replicas; one connection, one sender thread."""

    def __init__(self, options: KafkaOptions, *, topic: str, clock: Clock) -> None:
        self._topic, self._clock = topic, clock
        try:
            self._producer = KafkaProducer(
                **{**_RECONNECT, **options},
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

    def __init__(self, options: KafkaOptions, *, topic: str) -> None:
        self._options, self._topic = options, topic
        self._fetches: Fetches | None = None
        self._side: KafkaConsumer | None = None

    def identity(self) -> str:
        with _admin(self._options) as admin:
            described = admin.describe_topics([self._topic])[0]
        if described.get("error_code"):
            raise LogGoneError(f"there is no topic {self._topic} (Kafka's error {described['error_code']})")
        return f"topic {described['topic_id']}"

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
                    {**_RECONNECT, **self._options, **_READING},
                    topic=self._topic,
                    bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
                )
            found = self._fetches.read(after, timeout_s=timeout_s)
        except kafka_errors.OffsetOutOfRangeError as error:
            self.close()
            raise LogGoneError(f"an offset lies outside the log: {error}") from error
        except kafka_errors.KafkaError as error:
            self.close()
            raise LogUnavailableError(f"Kafka does not answer: {error}") from error
        return [_record(partition, epoch, record) for partition, epoch, record in found]

    def record_at(self, partition: int, offset: int) -> LogRecord | None:
        consumer, topic_partition = self._open_side(), TopicPartition(self._topic, partition)
        try:
            begin = consumer.beginning_offsets([topic_partition])[topic_partition]
            end = consumer.end_offsets([topic_partition])[topic_partition]
            if not begin <= offset < end:
                return None
            consumer.assign([topic_partition])
            consumer.seek(topic_partition, offset)
            batches = consumer.poll(timeout_ms=READ_TIMEOUT_MS, max_records=1)
        except kafka_errors.KafkaError as error:
            self._close_side()
            raise LogUnavailableError(f"Kafka does not answer: {error}") from error
        for raw in batches.get(topic_partition, ()):
            return _record(partition, raw.leader_epoch, raw) if raw.offset == offset else None
        raise LogUnavailableError(f"Kafka returned no record of partition {partition} at {offset} in time")

    def close(self) -> None:
        self._close_side()
        if self._fetches is not None:
            self._fetches.close()
            self._fetches = None

    def _new_consumer(self) -> KafkaConsumer:
        try:
            return KafkaConsumer(
                **{**_RECONNECT, **self._options},
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
