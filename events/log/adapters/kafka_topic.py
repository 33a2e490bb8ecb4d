"""Makes the log's topic, and deletes one."""

import uuid
from collections.abc import Sequence
from contextlib import suppress

from kafka import errors as kafka_errors

from events.log.adapters.kafka import KafkaAppender, KafkaReader
from events.log.adapters.kafka_admin import KafkaOptions, lend_admin
from events.log.adapters.kafka_produce import DELIVERY_TIMEOUT_MS
from events.log.adapters.topic_settings import REPLICAS, topic_settings
from events.log.config import KafkaConfig
from events.log.port import LogGoneError, LogSettingsError, SettingFault
from events.log.record import Genesis, encode_entry, frame, unframe
from kit.clock import Clock


def create_topic(
    config: KafkaConfig, *, partitions: int, clock: Clock, one_subject: bool = False
) -> Sequence[SettingFault]:
    """
    Create the topic with a genesis record in each partition; return the faults that need no halt.

    An existing topic keeps its content and its settings; a partition without genesis record (a creation that
    was cut short, or a topic that somebody else made) gets one. With fewer than two replicas every message is
    flushed to disk, unless `flush_every_message` is False, because a power cut would lose acknowledged
    records. Raises LogUnavailableError; LogGoneError for an existing topic with another number of partitions
    or without its beginning; LogSettingsError for one whose settings would halt the journal. After these
    nothing was written.
    """
    made = {setting.name: setting.made for setting in topic_settings(config) if setting.made is not None}
    del made[REPLICAS]
    new = {"num_partitions": partitions, "replication_factor": config.replicas, "configs": made}
    with lend_admin(config.options) as admin, suppress(kafka_errors.TopicAlreadyExistsError):
        admin.create_topics({config.topic: new}, wait_for_metadata=True)
    reader = KafkaReader(config)
    try:
        faults = reader.setting_faults()
        if halting := [fault.sentence for fault in faults if fault.halts]:
            raise LogSettingsError("; ".join(halting))
        _write_genesis(reader, config, partitions=partitions, clock=clock, one_subject=one_subject)
    finally:
        reader.close()
    return faults


def delete_topic(options: KafkaOptions, *, topic: str) -> None:
    """Delete a topic with all its records: for tests and benchmarks."""
    with lend_admin(options) as admin:
        admin.delete_topics([topic])


def _write_genesis(
    reader: KafkaReader, config: KafkaConfig, *, partitions: int, clock: Clock, one_subject: bool
) -> None:
    if reader.partitions() != partitions:
        raise LogGoneError(f"topic {config.topic} has {reader.partitions()} partitions, not {partitions}")
    for partition in range(partitions):
        begin, _ = reader.bounds(partition)
        if begin > 0:
            raise LogGoneError(
                f"topic {config.topic} begins at offset {begin} in partition {partition}: its beginning was "
                "deleted"
            )
    first = reader.record_at(0, 0)
    generation = unframe(first.value).generation if first else uuid.uuid4().bytes
    appender = KafkaAppender(config, clock=clock)
    try:
        for partition in range(partitions):
            if reader.record_at(partition, 0) is None:
                genesis = encode_entry(Genesis(partition, partitions, one_subject))
                appender.append(partition, frame(generation, "", [genesis])).result(DELIVERY_TIMEOUT_MS / 1e3)
    finally:
        appender.close()
