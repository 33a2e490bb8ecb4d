"""Building a log's parts from the settings: Kafka where brokers are named, else the embedded table."""

import os
import uuid
from typing import Any

import psycopg
from eventsourcing.postgres import PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from events.log.adapters import kafka as kafka_log
from events.log.adapters import table as table_log
from events.log.journal.worker import JournalWorker
from events.log.port import LogAppender, LogReader, LogUnavailableError
from events.log.recorder import LogRecorder
from events.log.writing.writer import LogWriter
from kit.clock import Clock
from kit.health import Health
from kit.postgres.connections import connect_own
from kit.settings import Settings


def create_log(settings: Settings, *, clock: Clock) -> None:
    """Create the topic or table with its genesis records; leave a log that is there as it is."""
    if settings.kafka_bootstrap:
        kafka_log.create_topic(
            kafka_options(settings),
            topic=topic_of(settings),
            partitions=settings.partitions,
            replicas=settings.kafka_replicas,
            clock=clock,
            flush_every_message=settings.kafka_flush_every_message,
        )
    else:
        table_log.create_table_log(
            settings.database_url,
            log=settings.log_name,
            partitions=settings.partitions,
            generation=os.urandom(16),
            clock=clock,
        )


def open_reader(settings: Settings) -> LogReader:
    """Return a reader of the log's records, for one thread."""
    if settings.kafka_bootstrap:
        return kafka_log.KafkaReader(kafka_options(settings), topic=topic_of(settings))
    return table_log.TableReader(settings.database_url, log=settings.log_name)


def open_appender(settings: Settings, *, clock: Clock) -> LogAppender:
    """Return an appender, for all threads of a process."""
    if settings.kafka_bootstrap:
        return kafka_log.KafkaAppender(kafka_options(settings), topic=topic_of(settings), clock=clock)
    return table_log.TableAppender(settings.database_url, log=settings.log_name, clock=clock)


def open_recorder(settings: Settings, *, clock: Clock) -> LogRecorder:
    """Return the process's recorder. It opens the log at its first append; close it with `close_recorder`."""
    datastore = _datastore(settings)
    writer = LogWriter(
        log=settings.log_name,
        url=settings.database_url,
        connect=datastore.get_connection,
        open_appender=lambda: open_appender(settings, clock=clock),
        append_timeout_s=settings.append_timeout_s,
    )
    return LogRecorder(datastore, writer, log=settings.log_name)


def close_recorder(recorder: LogRecorder) -> None:
    """Send what waits and close all connections."""
    recorder.writer.close()
    recorder.datastore.close()


def journal_worker(settings: Settings, *, health: Health) -> JournalWorker:
    """Return a journal worker under a name of its own."""
    return JournalWorker(
        url=settings.database_url,
        log=settings.log_name,
        open_reader=lambda: open_reader(settings),
        health=health,
        lease_s=settings.lease_s,
        worker=uuid.uuid4().hex,
    )


def connect_journal(settings: Settings) -> psycopg.Connection:
    """Open a connection to the journal's database. Raises LogUnavailableError."""
    try:
        return connect_own(settings.database_url, application_name=f"{settings.log_name} check")
    except psycopg.OperationalError as error:
        raise LogUnavailableError(f"The journal's database does not answer: {error}") from error


def topic_of(settings: Settings) -> str:
    """Return the Kafka topic of the log: `ipp.events` by default."""
    return f"{settings.log_name}.events"


def kafka_options(settings: Settings) -> dict[str, Any]:
    """Return what every Kafka client of this installation needs."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap.split(","),
        "security_protocol": settings.kafka_security_protocol,
    }
    if settings.kafka_ca_file:
        options["ssl_cafile"] = str(settings.kafka_ca_file)
    if settings.kafka_sasl_password_file:
        options["sasl_mechanism"] = settings.kafka_sasl_mechanism
        options["sasl_plain_username"] = settings.kafka_sasl_username
        options["sasl_plain_password"] = settings.kafka_sasl_password_file.read_text().strip()
    return options


def _datastore(settings: Settings) -> PostgresDatastore:
    parts = conninfo_to_dict(settings.database_url)
    return PostgresDatastore(
        dbname=str(parts.get("dbname", "")),
        host=str(parts.get("host", "")),
        port=str(parts.get("port", "")),
        user=str(parts.get("user", "")),
        password=str(parts.get("password", "")),
        pool_size=1,
        max_overflow=settings.database_pool_max - 1,
        pre_ping=True,
        originator_id_type="text",
    )
