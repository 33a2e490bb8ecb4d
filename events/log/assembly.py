"""Builds a log's parts from its configuration: on Kafka if it names a topic, otherwise on a table."""

import os
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import psycopg
from eventsourcing.postgres import PostgresDatastore
from psycopg.rows import dict_row

from events.log.adapters import kafka as kafka_log
from events.log.adapters import kafka_topic
from events.log.adapters import table as table_log
from events.log.adapters.topic_settings import settings_table, topic_settings
from events.log.config import KafkaConfig, LogConfig
from events.log.inbox.inbox import Inbox
from events.log.journal.worker import HEALTH_CHECK, JournalWorker
from events.log.port import LogAppender, LogReader, LogUnavailableError, SettingFault
from events.log.recorder import LogRecorder
from events.log.writing.writer import LogWriter
from kit.clock import Clock, FixedClock
from kit.health import Health
from kit.postgres.connections import connect_own, describe_error, open_pool

INBOX_CLOCK: Final = FixedClock(datetime(1970, 1, 1, tzinfo=UTC))
"""Every record of an inbox has this time: when somebody handed in is not on the log."""


def create_log(config: LogConfig, *, clock: Clock) -> Sequence[SettingFault]:
    """
    Create the topic or table with its genesis records; an existing log stays as it is.

    Returns the settings of a topic that are not as they should be. Raises LogUnavailableError, LogGoneError,
    and LogSettingsError for an existing topic that would lose or refuse events.
    """
    if config.kafka:
        return kafka_topic.create_topic(
            config.kafka, partitions=config.partitions, clock=clock, one_subject=config.one_subject
        )
    table_log.create_table_log(
        config.database_url,
        log=config.name,
        partitions=config.partitions,
        generation=os.urandom(16),
        clock=clock,
        one_subject=config.one_subject,
    )
    return ()


def topic_table(config: KafkaConfig) -> str:
    """Return the settings that a log's topic must have, as a table in Markdown."""
    return settings_table(topic_settings(config))


def open_reader(config: LogConfig) -> LogReader:
    """Return a reader of the log's records, for one thread."""
    if config.kafka:
        return kafka_log.KafkaReader(config.kafka)
    return table_log.TableReader(config.database_url, log=config.name)


def open_appender(config: LogConfig, *, clock: Clock) -> LogAppender:
    """Return an appender, for all threads of a process."""
    if config.kafka:
        return kafka_log.KafkaAppender(config.kafka, clock=clock)
    return table_log.TableAppender(config.database_url, log=config.name, clock=clock)


def open_recorder(config: LogConfig, *, clock: Clock) -> LogRecorder:
    """Return the process's recorder, which opens the log when it first appends; see `close_recorder`."""
    datastore = _Datastore(config.database_url, pool_max=config.database_pool_max)
    writer = LogWriter(
        log=config.name,
        url=config.database_url,
        connect=datastore.get_connection,
        open_appender=lambda: open_appender(config, clock=clock),
        append_timeout_s=config.append_timeout_s,
    )
    return LogRecorder(datastore, writer, log=config.name)


def close_recorder(recorder: LogRecorder) -> None:
    """Send the appends that still wait, and close all connections."""
    recorder.writer.close()
    recorder.datastore.close()


def journal_worker(config: LogConfig, *, health: Health, health_check: str = HEALTH_CHECK) -> JournalWorker:
    """Return a journal worker under a name of its own, which reports as `health_check`."""
    return JournalWorker(
        url=config.database_url,
        log=config.name,
        open_reader=lambda: open_reader(config),
        health=health,
        lease_s=config.lease_s,
        worker=uuid.uuid4().hex,
        health_check=health_check,
    )


def create_inbox(config: LogConfig) -> None:
    """
    Create the topic or table of an inbox; an existing one stays as it is.

    Raises LogUnavailableError, and LogSettingsError for a topic that somebody else made otherwise.
    """
    try:
        create_log(config, clock=INBOX_CLOCK)
    except psycopg.Error as error:
        raise LogUnavailableError(f"the log's database does not answer: {describe_error(error)}") from error


def open_inbox(config: LogConfig) -> Inbox:
    """Return an inbox, which begins to read its log."""
    return Inbox(
        name=config.name,
        open_reader=lambda: open_reader(config),
        open_appender=lambda: open_appender(config, clock=INBOX_CLOCK),
        verdict_s_max=config.append_timeout_s,
    )


def connect_journal(config: LogConfig) -> psycopg.Connection:
    """Open a connection to the journal's database. Raises LogUnavailableError."""
    try:
        return connect_own(config.database_url, application_name=f"{config.name} check")
    except psycopg.OperationalError as error:
        raise LogUnavailableError(f"the journal's database does not answer: {error}") from error


class _Datastore(PostgresDatastore):
    """
    The library's datastore with a pool of this project's, which has the whole address, its TLS options too.

    It notices a dead peer, and checks a connection without a round trip.
    """

    def __init__(self, url: str, *, pool_max: int) -> None:
        super().__init__(dbname="", host="", port="", user="", password="", originator_id_type="text")
        pool = open_pool(url, max_size=pool_max, name="log", autocommit=True, row_factory=dict_row)
        self.pool = pool  # type: ignore[assignment]  # theirs is a subclass whose password may change
