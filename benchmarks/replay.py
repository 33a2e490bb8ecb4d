"""How fast a stream is replayed with every check, and the log verified, against reading the same bytes."""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import date
from typing import Any, Final

import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.projection.load import fill
from benchmarks.servers import kafka_bootstrap, log_to_stderr, postgres_database
from events.log.adapters.kafka_topic import create_topic
from events.log.config import KafkaConfig
from events.log.journal.verify import verify_partition
from events.log.port import LogReader
from events.log.proof.checkpoints import Checkpoint
from events.log.proof.commits import read_commits
from events.log.proof.verification import verify_with_checkpoints
from events.log.record import ZERO_PARENT, Commit, Write, digest_of
from events.streams import Stream
from kit.ids import new_id
from tests.events.log.harness import CLOCK, LogUnderTest, unique_name

PEOPLE: Final = 200
EVENTS_EACH: Final = 100
REPLAYED: Final = 10_000
"""Events of the one long stream that is replayed; its commits are among those of all others."""
STATE: Final = bytes(512)
"""A sealed event of a portfolio has 256 or 512 bytes."""
RUNS: Final = 5
READ_S: Final = 5.0


def commits_of(person: str, count: int) -> Iterator[Commit]:
    """Each event its own commit, as most commands are."""
    stream, parent = Stream("portfolio", person).name, ZERO_PARENT
    for version in range(1, count + 1):
        write = Write(stream, version, parent, "sealed", STATE)
        parent = digest_of(parent, stream, version, "sealed", STATE)
        yield Commit(person, (new_id() + new_id()).encode()[:32], new_id().encode()[:16], (write,))


def interleaved(one: str, people: int, each: int, replayed: int) -> list[Commit]:
    """Return the commits of all people, those of `one` spread evenly among them."""
    others = [commit for _ in range(people) for commit in commits_of(new_id(), each)]
    mine = list(commits_of(one, replayed))
    step = max(1, len(others) // len(mine)) if mine else 1
    found: list[Commit] = []
    for number, commit in enumerate(mine):
        found += others[number * step : (number + 1) * step]
        found.append(commit)
    return found + others[len(mine) * step :]


def folded(conn: psycopg.Connection, log: LogUnderTest, total: int) -> None:
    statement = log.tables.statement("SELECT ordinal FROM {positions}")
    with log.folding():
        while True:
            try:
                row = conn.execute(statement).fetchone()
            except psycopg.errors.UndefinedTable:
                row = None
            if row and row[0] >= total:
                return
            time.sleep(0.1)


def read_all(reader: LogReader, until: int) -> None:
    """Read every record, and look at none: the limit."""
    offset = 0
    while offset < until:
        for record in reader.read({0: offset}, timeout_s=READ_S):
            offset = record.offset + 1


def timed(work: Callable[[], object], events: int, runs: int) -> list[float]:
    """Return the events per second of each run."""
    rates = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        rates.append(events / (time.perf_counter() - started))
    return rates


def run(people: int, replayed: int, runs: int, screen: Console) -> list[dict[str, Any]]:
    with ExitStack() as stack:
        url = stack.enter_context(postgres_database())
        log = LogUnderTest(url=url, name=unique_name(), bootstrap=stack.enter_context(kafka_bootstrap()))
        create_topic(KafkaConfig(topic=log.topic, options=log.options, replicas=1), partitions=1, clock=CLOCK)
        one = new_id()
        commits = interleaved(one, people, EVENTS_EACH, replayed)
        screen.print(f"[dim]{len(commits):,} events on the log, and folding them …[/dim]")
        fill(log, commits)
        conn = stack.enter_context(psycopg.connect(url, autocommit=True))
        folded(conn, log, len(commits))
        reader = stack.enter_context(closing(log.reader()))
        row = conn.execute(log.tables.statement("SELECT next_offset FROM {positions}")).fetchone()
        until, stream, total = (row[0] if row else 0), Stream("portfolio", one).name, len(commits)
        whole = verify_with_checkpoints(conn, reader, log=log.name, partition=0, checkpoints=())
        root = whole.root
        if root is None or whole.report.faults:
            raise SystemExit(f"the log does not verify: {whole.report.faults}")
        generation = log.journal.generation(conn)
        known = Checkpoint(generation=generation, day=date(2026, 11, 30), partitions=[root])
        rates = {
            "reading the bytes, unchecked": timed(lambda: read_all(reader, until), total, runs),
            "verify": timed(lambda: verify_partition(conn, reader, log=log.name, partition=0), total, runs),
            "verify against a checkpoint": timed(
                lambda: verify_with_checkpoints(conn, reader, log=log.name, partition=0, checkpoints=[known]),
                total,
                runs,
            ),
            f"checked replay of one stream, {replayed:,} events": timed(
                lambda: list(read_commits(conn, reader, log=log.name, stream=stream)), replayed, runs
            ),
        }
        log.drop()
    limit = statistics.median(rates["reading the bytes, unchecked"])
    return [
        {
            "what": what,
            "events_per_s": round(statistics.median(found)),
            "least": round(min(found)),
            "most": round(max(found)),
            "of_reading": round(statistics.median(found) / limit, 3),
        }
        for what, found in rates.items()
    ]


def main() -> None:
    log_to_stderr()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--people", type=int, default=PEOPLE, help=f"{EVENTS_EACH} events each")
    parser.add_argument("--replayed", type=int, default=REPLAYED, help="events of the replayed stream")
    parser.add_argument("--runs", type=int, default=RUNS)
    chosen = parser.parse_args()
    rows = run(chosen.people, chosen.replayed, chosen.runs, Console(stderr=True))
    total = chosen.people * EVENTS_EACH + chosen.replayed
    if chosen.json:
        json.dump({"events": total, "runs": chosen.runs, "rows": rows}, sys.stdout)
        return
    title = f"{total:,} events of {len(STATE)} bytes on Kafka, one partition; median of {chosen.runs} runs"
    table = Table("what", "events/s", "least", "most", "of reading", title=title)
    for row in rows:
        table.add_row(
            row["what"],
            f"{row['events_per_s']:,}",
            f"{row['least']:,}",
            f"{row['most']:,}",
            f"{row['of_reading']:.2f}",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
