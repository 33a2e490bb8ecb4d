"""Appends through the recorders' own door, `insert_events`: this log, the stock recorder, UmaDB."""

import argparse
import json
import multiprocessing
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Final

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import measure
from benchmarks.servers import kafka_bootstrap, log_to_stderr, postgres_database, umadb_server
from events.log.adapters.kafka_topic import create_topic
from events.log.config import KafkaConfig
from tests.events.log.harness import CLOCK, LogUnderTest, datastore, unique_name

STATE_BYTES: Final = 300
WRITERS: Final = (1, 16, 64)
SECONDS: Final = 6.0
WARM_S: Final = 30.0
"""Each is used so long before it is measured: a broker or a server runs for months, not from its start."""
Insert = Callable[[], object]


_dice = random.Random()  # noqa: S311 - the system's own would let go of the interpreter's lock each time


def new_event() -> StoredEvent:
    return StoredEvent(f"portfolio-{_dice.randbytes(16).hex()}", 1, "sealed", _dice.randbytes(STATE_BYTES))


def _journal(log: LogUnderTest) -> None:
    from threading import Event  # noqa: PLC0415 - in the child process only

    log.worker().run(Event())


@contextmanager
def ours(stack: ExitStack, url: str, bootstrap: str, *, every: bool) -> Iterator[Insert]:
    """One writer process (this one), one journal worker process, one partition on a real broker."""
    log = LogUnderTest(url=url, name=unique_name(), bootstrap=bootstrap, append_timeout_s=30)
    kafka = KafkaConfig(topic=log.topic, options=log.options, replicas=1, flush_every_message=every)
    create_topic(kafka, partitions=1, clock=CLOCK)
    journal = multiprocessing.get_context("fork").Process(target=_journal, args=(log,), daemon=True)
    journal.start()
    recorder = log.recorder()
    stack.callback(journal.terminate)
    yield lambda: recorder.insert_events([new_event()])
    log.drop()
    journal.terminate()
    journal.join()


@contextmanager
def stock(url: str) -> Iterator[Insert]:
    """Use the library's own recorder with its default locking, as durable as PostgreSQL is by default."""
    store = datastore(url, pool_size=16)
    recorder = PostgresApplicationRecorder(store, events_table_name=unique_name())
    recorder.create_table()
    yield lambda: recorder.insert_events([new_event()])
    store.close()


@contextmanager
def umadb(address: str) -> Iterator[Insert]:
    import umadb as client  # noqa: PLC0415 - a peer, installed for benchmarks only

    connection = client.Client(address)

    def insert() -> None:
        event = new_event()
        tags = [str(event.originator_id)]
        condition = client.AppendCondition(client.Query(items=[client.QueryItem(tags=tags)]))
        connection.append([client.Event(event_type=event.topic, data=event.state, tags=tags)], condition)

    yield insert


def run(writers: Sequence[int], seconds: float, screen: Console) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    def add(system: str, flush: str, insert: Insert) -> None:
        measure(insert, max(writers), WARM_S)
        for count in writers:
            took = measure(insert, count, seconds)
            row = {"system": system, "writers": count, "flush": flush, "events_per_s": round(took.per_s)}
            row |= {"p50_ms": took.p50_ms, "p99_ms": took.p99_ms}
            screen.print(f"[dim]{row}[/dim]")
            rows.append(row)

    with ExitStack() as stack:
        url = stack.enter_context(postgres_database())
        with stock(url) as insert:
            add("eventsourcing-postgres", "every", insert)
        with umadb_server() as address, umadb(address) as insert:
            add("umadb", "every", insert)
        bootstrap = stack.enter_context(kafka_bootstrap())
        for flush, every in (("default", False), ("every", True)):
            with ours(stack, url, bootstrap, every=every) as insert:
                add("ipp", flush, insert)
    return rows


def main() -> None:
    log_to_stderr()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="measured time for each row")
    parser.add_argument("--writers", type=int, nargs="+", default=list(WRITERS), help="numbers of threads")
    chosen = parser.parse_args()
    rows = run(chosen.writers, chosen.seconds, Console(stderr=True))
    most = max(chosen.writers)
    rates = {(r["system"], r["flush"], r["writers"]): r["events_per_s"] for r in rows}
    ratios = {
        f"{flush} flushing against {peer} at {most} writers": round(
            rates["ipp", flush, most] / rates[peer, "every", most], 2
        )
        for flush in ("default", "every")
        for peer in ("eventsourcing-postgres", "umadb")
    }
    if chosen.json:
        json.dump({"rows": rows, "ratios": ratios}, sys.stdout)
        return
    table = Table(
        "system",
        "writers",
        "flush",
        "events/s",
        "p50 ms",
        "p99 ms",
        title="append, 300 bytes, new stream each",
    )
    for row in rows:
        table.add_row(
            *(str(row[key]) for key in ("system", "writers", "flush", "events_per_s", "p50_ms", "p99_ms"))
        )
    console = Console()
    console.print(table)
    for name, ratio in ratios.items():
        console.print(f"{name}: {ratio} times")


if __name__ == "__main__":
    main()
