"""A real log for tests: its topic or table, its journal worker in a thread, and writers on it."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from events.log import assembly
from events.log.adapters.kafka_topic import delete_topic
from events.log.config import KafkaConfig, LogConfig
from events.log.journal.reader import JournalReader
from events.log.journal.verify import verify_partition
from events.log.journal.worker import JournalWorker
from events.log.port import LogAppender, LogReader
from events.log.recorder import LogRecorder
from events.log.tables import JournalTables
from events.log.writing.writer import LogWriter
from kit.clock import SystemClock
from kit.health import Health
from kit.postgres.connections import connect_own

CLOCK = SystemClock()


def subject() -> str:
    return uuid.uuid4().hex


def event(of: str, version: int, *, category: str = "portfolio", state: bytes = b"state") -> StoredEvent:
    return StoredEvent(f"{category}-{of}", version, "sealed", state)


def unique_name() -> str:
    return f"log{uuid.uuid4().hex[:10]}"


def datastore(url: str, *, pool_size: int = 5, originator_id_type: str = "text") -> PostgresDatastore:
    parts = conninfo_to_dict(url)
    return PostgresDatastore(
        dbname=str(parts["dbname"]),
        host=str(parts.get("host", "localhost")),
        port=str(parts.get("port", 5432)),
        user=str(parts["user"]),
        password=str(parts.get("password", "")),
        pool_size=pool_size,
        originator_id_type=originator_id_type,  # type: ignore[arg-type]
    )


@dataclass
class LogUnderTest:
    """One log on one of the two adapters."""

    url: str
    name: str
    partitions: int = 1
    bootstrap: str | None = None
    one_subject: bool = False
    append_timeout_s: float = 8.0
    plain_client: bool = False
    recorders: list[LogRecorder] = field(default_factory=list)

    @property
    def topic(self) -> str:
        return f"{self.name}.events"

    @property
    def options(self) -> dict[str, Any]:
        return {"bootstrap_servers": self.bootstrap}

    @property
    def config(self) -> LogConfig:
        kafka = KafkaConfig(
            topic=self.topic,
            options=self.options,
            replicas=1,
            flush_every_message=False,
            plain_client=self.plain_client,
        )
        return LogConfig(
            name=self.name,
            partitions=self.partitions,
            database_url=self.url,
            kafka=kafka if self.bootstrap else None,
            one_subject=self.one_subject,
            append_timeout_s=self.append_timeout_s,
        )

    @property
    def tables(self) -> JournalTables:
        return JournalTables(self.name)

    @property
    def journal(self) -> JournalReader:
        return JournalReader(self.name)

    def create(self) -> None:
        assembly.create_log(self.config, clock=CLOCK)

    def drop(self) -> None:
        for recorder in self.recorders:
            recorder.writer.close()
            recorder.datastore.close()
        if self.bootstrap:
            delete_topic(self.options, topic=self.topic)

    def reader(self) -> LogReader:
        return assembly.open_reader(self.config)

    def appender(self) -> LogAppender:
        return assembly.open_appender(self.config, clock=CLOCK)

    def recorder(
        self, *, wrap: Callable[[LogAppender], LogAppender] = lambda a: a, pool_size: int = 5
    ) -> LogRecorder:
        store = datastore(self.url, pool_size=pool_size)
        writer = LogWriter(
            log=self.name,
            url=self.url,
            connect=store.get_connection,
            open_appender=lambda: wrap(self.appender()),
            append_timeout_s=self.append_timeout_s,
        )
        recorder = LogRecorder(store, writer, log=self.name)
        self.recorders.append(recorder)
        return recorder

    def worker(self, *, lease_s: float = 10.0, health: Health | None = None) -> JournalWorker:
        return JournalWorker(
            url=self.url,
            log=self.name,
            open_reader=self.reader,
            health=health or Health(CLOCK),
            lease_s=lease_s,
            worker=uuid.uuid4().hex,
        )

    @contextmanager
    def folding(self) -> Iterator[None]:
        """Run a journal worker in a thread for the time of the block."""
        stop = Event()
        thread = Thread(target=self.worker().run, args=(stop,), daemon=True, name=f"journal {self.name}")
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(15)
            assert not thread.is_alive(), "the journal worker did not stop"


def assert_agrees(log: LogUnderTest) -> None:
    """Fold the whole log anew and compare it with the journal."""
    reader = log.reader()
    with connect_own(log.url, application_name="test") as conn:
        for partition in range(log.partitions):
            report = verify_partition(conn, reader, log=log.name, partition=partition)
            assert not report.faults
    reader.close()
