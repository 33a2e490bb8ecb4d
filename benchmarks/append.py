"""Appends through the recorders' own door, `insert_events`: this log, the stock recorder, UmaDB."""

import argparse
import json
import multiprocessing
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from threading import Barrier, Thread
from typing import Any, Final

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder
from rich.console import Console
from rich.table import Table

from benchmarks.servers import kafka_bootstrap, log_to_stderr, postgres_database, umadb_server
from events.log import kafka as kafka_log
from tests.log.harness import CLOCK, LogUnderTest, datastore, unique_name

STATE_BYTES: Final = 300
WRITERS: Final = (1, 16, 64)
SECONDS: Final = 6.0
WARM_UP_S: Final = 2.0
Insert = Callable[[], object]


_dice = random.Random()  # noqa: S311 - the system's own would let go of the interpreter's lock each time


def new_event() -> StoredEvent:
    return StoredEvent(f"portfolio-{_dice.randbytes(16).hex()}", 1, "sealed", _dice.randbytes(STATE_BYTES))


def measure(insert: Insert, writers: int, seconds: float) -> dict[str, float]:
    """Run `insert` in so many threads for a time; returns events per second, p50 and p99 in ms."""
    barrier = Barrier(writers + 1)
    taken: list[list[tuple[float, float]]] = [[] for _ in range(writers)]
    end = time.perf_counter() + 3600.0

    def work(mine: list[tuple[float, float]]) -> None:
        barrier.wait()
        while (begun := time.perf_counter()) < end:
            insert()
            mine.append((begun, time.perf_counter()))

    threads = [Thread(target=work, args=(mine,), daemon=True) for mine in taken]
    for thread in threads:
        thread.start()
    barrier.wait()
    started = time.perf_counter()
    end = started + WARM_UP_S + seconds
    for thread in threads:
        thread.join()
    window = (started + WARM_UP_S, started + WARM_UP_S + seconds)
    spans = sorted(b - a for mine in taken for a, b in mine if window[0] <= b < window[1])
    return {
        "events_per_s": round(len(spans) / seconds),
        "p50_ms": round(1000 * statistics.median(spans), 2),
        "p99_ms": round(1000 * spans[int(len(spans) * 0.99)], 2),
    }


def _journal(log: LogUnderTest) -> None:
    from threading import Event  # noqa: PLC0415 - in the child process only

    log.worker().run(Event())


@contextmanager
def ours(stack: ExitStack, url: str, bootstrap: str, *, every: bool) -> Iterator[Insert]:
    """One writer process (this one), one journal worker process, one partition on a real broker."""
    log = LogUnderTest(url=url, name=unique_name(), bootstrap=bootstrap, append_timeout_s=30)
    kafka_log.create_topic(
        log.options, topic=log.topic, partitions=1, replicas=1, clock=CLOCK, flush_every_message=every
    )
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


def run(writers: Sequence[int], seconds: float, say: Console) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    def add(system: str, flush: str, insert: Insert) -> None:
        for count in writers:
            row = {"system": system, "writers": count, "flush": flush, **measure(insert, count, seconds)}
            say.print(f"[dim]{row}[/dim]")
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
