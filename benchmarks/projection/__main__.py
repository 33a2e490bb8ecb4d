"""How fast the journal folds from Kafka and each view from the journal, against COPY and Kafka Streams."""

import argparse
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import cpu_of_all_s
from benchmarks.projection.breakdown import STEPS, breakdown
from benchmarks.projection.contest import contest, shown
from benchmarks.projection.folds import Sealing, Spent, no_server_s, postmaster_of, timed_journal, timed_view
from benchmarks.projection.load import JOINED, commits_of, fill, joined
from benchmarks.servers import log_to_stderr, placed_broker, postgres_database
from events.codec import EventMapper
from events.log.adapters.kafka_topic import create_topic
from events.log.config import KafkaConfig
from events.log.record import Commit
from events.log.tables import JournalTables
from events.privacy.vault import Vault
from kit.secrets import MasterKey
from projections.registry import find_views
from tests.events.log.harness import CLOCK, LogUnderTest, unique_name

PEOPLE: Final = 1_000
EVENTS_EACH: Final = 100
ROUNDS: Final = 3
WARM_EVENTS: Final = 500_000
"""Kafka Streams folds so many before it is measured: its JVM gets faster for the first 300,000."""
PARTS: Final = ("speed", "breakdown", "streams")
OPENING: Final = ("profile", "timeline", "shared")
"""Views that open each event of a portfolio."""


class Bench:
    """One PostgreSQL, one broker, and a vault whose people have a year of events each."""

    def __init__(self, stack: ExitStack, people: int, screen: Console) -> None:
        self.url, vault_url = (stack.enter_context(postgres_database()) for _ in range(2))
        self.broker = stack.enter_context(placed_broker(docker=False))
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        self.sealing = Sealing(url=vault_url, master_key=self.folder / "master.key")
        vault = Vault(vault_url, MasterKey.from_file_or_new(self.sealing.master_key))
        vault.create_tables()
        mapper = EventMapper(vault)
        self.total = people * EVENTS_EACH
        screen.print(f"[dim]sealing {self.total} events; the broker runs {self.broker.where} …[/dim]")
        self.people = [vault.person_for_or_new(f"p{number}") for number in range(people)]
        self.commits = [
            commit for person in self.people for commit in commits_of(mapper, person, EVENTS_EACH)
        ]
        self.conn = stack.enter_context(psycopg.connect(self.url, autocommit=True))
        self.postgres_s = partial(cpu_of_all_s, postmaster_of(self.conn))

    def filled(self, commits: list[Commit]) -> LogUnderTest:
        """Return a log of its own, with these commits on its topic."""
        log = LogUnderTest(url=self.url, name=unique_name(), bootstrap=self.broker.bootstrap)
        create_topic(KafkaConfig(topic=log.topic, options=log.options, replicas=1), partitions=1, clock=CLOCK)
        fill(log, commits)
        return log

    def journal(self, log: LogUnderTest) -> Spent:
        return timed_journal(self.conn, log, self.total, self.postgres_s)

    def speed(self, log: LogUnderTest) -> list[dict[str, Any]]:
        """Return one row for each fold, and one for COPY."""
        many = self.journal(self.filled(joined(self.commits)))
        took = {f"journal from Kafka, {JOINED} events a commit": many}
        took["journal from Kafka, 1 event a commit"] = self.journal(log)
        limit = copied(self.conn, log.name, self.total)
        for view in find_views():
            took[f"view {view.name} from the journal"] = timed_view(
                self.conn, log, self.sealing, view.name, total=self.total, postgres_s=self.postgres_s
            )
        rows: list[dict[str, Any]] = [
            {"what": what, "events_per_s": one.per_s, "own_us": one.own_us, "postgres_us": one.server_us}
            for what, one in took.items()
        ]
        rows.insert(2, {"what": "COPY of the journal's rows, 1 event a commit", "events_per_s": round(limit)})
        return [row | {"of_copy": round(row["events_per_s"] / limit, 2)} for row in rows]

    def breakdowns(self, log: LogUnderTest) -> dict[str, dict[str, tuple[float, float]]]:
        return {name: breakdown(self.url, self.sealing, log.name, name) for name in OPENING}

    def against_streams(self, log: LogUnderTest, rounds: int) -> dict[str, Any]:
        broker = self.broker.pid
        turns = contest(
            self.conn,
            log,
            self.sealing,
            people=self.people,
            total=self.total,
            rounds=rounds,
            warm_ups=-(-WARM_EVENTS // self.total),
            folder=self.folder,
            postgres_s=self.postgres_s,
            broker_s=partial(cpu_of_all_s, broker) if broker is not None else no_server_s,
        )
        return shown(turns)


def copied(conn: psycopg.Connection, log: str, total: int) -> float:
    """Return the events per second at which PostgreSQL takes the journal's rows by COPY, indexes included."""
    own, other = JournalTables(log), JournalTables(unique_name())
    other.create(conn)
    conn.execute("SET synchronous_commit = off")
    took = 0.0
    for table in ("events", "commits"):
        with conn.cursor().copy(
            sql.SQL("COPY {} TO STDOUT (FORMAT binary)").format(own.identifier(table))
        ) as out:
            blocks = list(out)
        started = time.perf_counter()
        with conn.cursor().copy(
            sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(other.identifier(table))
        ) as into:
            for block in blocks:
                into.write(block)
        took += time.perf_counter() - started
    return total / took


def run(chosen: argparse.Namespace, screen: Console) -> dict[str, Any]:
    with ExitStack() as stack:
        bench = Bench(stack, chosen.people, screen)
        log = bench.filled(bench.commits)
        found: dict[str, Any] = {"events": bench.total, "broker": bench.broker.where}
        if "speed" in chosen.parts:
            found["rows"] = bench.speed(log)
        if "breakdown" in chosen.parts:
            if "speed" not in chosen.parts:
                bench.journal(log)
            found["breakdown"] = bench.breakdowns(log)
        if "streams" in chosen.parts:
            found["streams"] = bench.against_streams(log, chosen.rounds)
        return found


def print_speed(found: dict[str, Any], screen: Console) -> None:
    title = f"{found['events']} events, sealed; synchronous_commit off; one partition"
    table = Table("what", "events/s", "of COPY", "processor µs", "PostgreSQL's µs", title=title)
    for row in found["rows"]:
        used = [f"{row[key]:.1f}" if key in row else "" for key in ("own_us", "postgres_us")]
        table.add_row(row["what"], f"{row['events_per_s']:,}", f"{row['of_copy']:.2f}", *used)
    screen.print(table)


def print_breakdown(found: dict[str, Any], screen: Console) -> None:
    title = "µs of processor an event, in our process + in PostgreSQL"
    table = Table("view", *STEPS, "together", title=title)
    for view, steps in found["breakdown"].items():
        cells = [f"{own:.1f} + {server:.1f}" for own, server in steps.values()]
        own, server = (sum(column) for column in zip(*steps.values(), strict=True))
        table.add_row(view, *cells, f"{own:.1f} + {server:.1f}")
    screen.print(table)


def print_streams(found: dict[str, Any], screen: Console) -> None:
    title = (
        "the same topic into the same rows, sealed events opened by both: events/s, µs of processor an event"
    )
    table = Table("turn", "who", "events/s", "its own µs", "its server's µs", title=title)
    whose = {"journal": "IPP, log to journal", "view": "IPP, journal to view", "rival": "Kafka Streams"}
    for number, turn in enumerate(found["streams"]["turns"], start=1):
        for part, who in whose.items():
            one = turn[part]
            cells = (f"{one['per_s']:,}", f"{one['own_us']:.1f}", f"{one['server_us']:.1f}")
            table.add_row(str(number), who, *cells)
    screen.print(table)
    for what, key in (("log to view", "ours_of_rival"), ("journal to view", "view_of_rival")):
        ratio = found["streams"][key]
        screen.print(
            f"Ours, {what}, takes {ratio['from']} to {ratio['to']} of Kafka Streams' processor time."
        )
    screen.print(
        "After a crash both have every event: ours folds on from the position saved with the rows in one"
        " transaction (synchronous_commit off); Kafka Streams restores its stores from their changelogs and"
        " folds on from its committed offset, at least once. Ours also judges each commit; the rival doesn't."
    )


def main() -> None:
    log_to_stderr()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    parser.add_argument("--people", type=int, default=PEOPLE, help=f"{EVENTS_EACH} events each")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns against Kafka Streams")
    chosen = parser.parse_args()
    found = run(chosen, Console(stderr=True))
    if chosen.json:
        json.dump(found, sys.stdout)
        return
    prints = {"rows": print_speed, "breakdown": print_breakdown, "streams": print_streams}
    for key, show in prints.items():
        if key in found:
            show(found, Console())


if __name__ == "__main__":
    main()
