"""Who appends: this log and its rivals, each with its servers and with a client for one writer process."""

import asyncio
import multiprocessing
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from threading import Event
from typing import Any, Final, Protocol

import msgspec
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder

from benchmarks.measuring import Timed, timed, timed_tasks
from benchmarks.servers import log_to_stderr, nats_server, umadb_server
from events.log.adapters.kafka_topic import create_topic
from events.log.config import KafkaConfig
from tests.events.log.harness import CLOCK, LogUnderTest, datastore, unique_name

STATE_BYTES: Final = 300
APPEND_TIMEOUT_S: Final = 30.0
SETTLE_S: Final = 0.5
"""The beginning of each turn, until its writers run; not measured."""
NATS_STREAM: Final = "events"

Load = Callable[[int, float], Timed]
"""Appends with so many concurrent writers for so many seconds."""

_dice = random.Random()  # noqa: S311 - the system's own would let go of the interpreter's lock each time


def new_event() -> StoredEvent:
    return StoredEvent(f"portfolio-{_dice.randbytes(16).hex()}", 1, "sealed", _dice.randbytes(STATE_BYTES))


class System(Protocol):
    """One of those measured. It is sent to writer processes, each of which opens its client there."""

    @property
    def name(self) -> str: ...

    @property
    def flush(self) -> str:
        """When an acknowledged append is on the disk: `every` before it is acknowledged, or `default`."""

    def client(self) -> AbstractContextManager[Load]: ...


class Ours(msgspec.Struct, frozen=True, kw_only=True):
    """The log of this project on Kafka."""

    url: str
    log: str
    bootstrap: str
    partitions: int
    flush: str
    name: str = "ipp"

    @property
    def under_test(self) -> LogUnderTest:
        return LogUnderTest(
            url=self.url,
            name=self.log,
            bootstrap=self.bootstrap,
            partitions=self.partitions,
            append_timeout_s=APPEND_TIMEOUT_S,
        )

    @contextmanager
    def client(self) -> Iterator[Load]:
        recorder = self.under_test.recorder()
        yield partial(timed, lambda: recorder.insert_events([new_event()]), warm_up_s=SETTLE_S)
        recorder.writer.close()
        recorder.datastore.close()


class Stock(msgspec.Struct, frozen=True, kw_only=True):
    """The `eventsourcing` library's own recorder, with its default locking."""

    url: str
    table: str
    name: str = "eventsourcing-postgres"
    flush: str = "every"

    @contextmanager
    def client(self) -> Iterator[Load]:
        store = datastore(self.url, pool_size=16)
        recorder = PostgresApplicationRecorder(store, events_table_name=self.table)
        yield partial(timed, lambda: recorder.insert_events([new_event()]), warm_up_s=SETTLE_S)
        store.close()


class Umadb(msgspec.Struct, frozen=True, kw_only=True):
    """UmaDB: an append is refused if there is an event with its stream's tag."""

    address: str
    name: str = "umadb"
    flush: str = "every"

    @contextmanager
    def client(self) -> Iterator[Load]:
        import umadb  # noqa: PLC0415 - a peer, installed for benchmarks only

        connection = umadb.Client(self.address)

        def insert() -> None:
            event = new_event()
            tags = [str(event.originator_id)]
            condition = umadb.AppendCondition(umadb.Query(items=[umadb.QueryItem(tags=tags)]))
            connection.append([umadb.Event(event_type=event.topic, data=event.state, tags=tags)], condition)

        yield partial(timed, insert, warm_up_s=SETTLE_S)


class Nats(msgspec.Struct, frozen=True, kw_only=True):
    """NATS JetStream: a subject for each stream, and the subject's last sequence is a condition."""

    address: str
    flush: str
    name: str = "nats"

    @contextmanager
    def client(self) -> Iterator[Load]:
        # A client of coroutines only: between two loads no loop would answer the server's pings.
        yield lambda writers, seconds: asyncio.run(self._load(writers, seconds))

    async def _load(self, writers: int, seconds: float) -> Timed:
        import nats  # noqa: PLC0415 - a peer, installed for benchmarks only

        connection = await nats.connect(self.address)
        stream = connection.jetstream()
        new = {"Nats-Expected-Last-Subject-Sequence": "0"}

        async def insert() -> None:
            event = new_event()
            await stream.publish(f"{NATS_STREAM}.{event.originator_id}", event.state, headers=new)

        try:
            return await timed_tasks(insert, writers, seconds, warm_up_s=SETTLE_S)
        finally:
            await connection.close()


def _fold(log: LogUnderTest) -> None:
    log_to_stderr()
    log.worker().run(Event())


def serve_ours(stack: ExitStack, *, url: str, bootstrap: str, partitions: int, flush: str) -> Ours:
    """Make a log, and fold it in a worker process until the stack is closed."""
    system = Ours(url=url, log=unique_name(), bootstrap=bootstrap, partitions=partitions, flush=flush)
    log = system.under_test
    kafka = KafkaConfig(
        topic=log.topic, options=log.options, replicas=1, flush_every_message=flush == "every"
    )
    create_topic(kafka, partitions=partitions, clock=CLOCK)
    stack.callback(log.drop)
    worker = multiprocessing.get_context("spawn").Process(target=_fold, args=(log,), daemon=True)
    worker.start()
    stack.callback(worker.join)
    stack.callback(worker.terminate)
    return system


def serve_stock(url: str) -> Stock:
    """Make the stock recorder's table; it is as durable as PostgreSQL is by default."""
    system, store = Stock(url=url, table=unique_name()), datastore(url)
    PostgresApplicationRecorder(store, events_table_name=system.table).create_table()
    store.close()
    return system


def serve_umadb(stack: ExitStack) -> Umadb:
    return Umadb(address=stack.enter_context(umadb_server()))


def serve_nats(stack: ExitStack, *, flush: str) -> Nats:
    """Start a server with one stream of all events, in a file."""
    address = stack.enter_context(nats_server(sync_interval="always" if flush == "every" else None))

    async def make_stream() -> None:
        import nats  # noqa: PLC0415 - a peer, installed for benchmarks only

        connection = await nats.connect(address)
        made: Any = await connection.jetstream().add_stream(name=NATS_STREAM, subjects=[f"{NATS_STREAM}.>"])
        if made.config.storage != "file":
            raise RuntimeError(f"the stream is kept in {made.config.storage}, not in a file")
        await connection.close()

    asyncio.run(make_stream())
    return Nats(address=address, flush=flush)
