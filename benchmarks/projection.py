"""How fast the journal folds from Kafka and each view from the journal, against COPY of the same rows."""

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg import sql
from rich.console import Console
from rich.table import Table

from benchmarks.servers import kafka_bootstrap, log_to_stderr, postgres_database
from events.catalog.employment import ProfessionalRegistered
from events.catalog.portfolio.life import PortfolioOpened
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised
from events.catalog.registry import Event
from events.codec import EventMapper, Recorded
from events.log.adapters.kafka_topic import create_topic
from events.log.config import KafkaConfig
from events.log.journal.reader import JournalReader
from events.log.record import ZERO_PARENT, Commit, Write, digest_of, encode_entry, frame, unframe
from events.log.tables import JournalTables
from events.privacy.vault import Vault
from events.streams import Stream
from kit.clock import SystemClock
from kit.health import Health
from kit.ids import new_id
from kit.lifecycle import Stop
from kit.secrets import MasterKey
from projections.registry import find_views, view_named
from projections.worker import ViewWorker
from rules.kinds import Language
from tests.events.log.harness import CLOCK, LogUnderTest, unique_name

PEOPLE: Final = 1_000
EVENTS_EACH: Final = 100
JOINED: Final = 10
COMMITS_PER_RECORD: Final = 100
"""As group commit makes them under load."""
POLL_S: Final = 0.02
MOMENT: Final = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def events_of(count: int) -> Iterator[tuple[str, Event]]:
    """One year of a portfolio: registered, opened, then talents claimed and revised."""
    yield "employment", ProfessionalRegistered(name="Fatima de Vries", email="f.devries@example.org")
    yield "portfolio", PortfolioOpened(language=Language.NL)
    talents = [new_id() for _ in range(10)]
    for number in range(count - 2):
        talent, story = talents[number % 10], "Ik zie wat er onder een vraag ligt, en wacht." * 2
        if number < len(talents):
            yield (
                "portfolio",
                TalentClaimed(
                    talent=talent, name=f"talent {number}", strength=4, energy=2, use=1, story=story
                ),
            )
        else:
            yield "portfolio", TalentRevised(talent=talent, strength=3, energy=-1, use=2, story=story)


def commits_of(mapper: EventMapper, person: str, count: int) -> Iterator[Commit]:
    """Each event its own commit, as most commands are."""
    heads: dict[str, tuple[int, bytes]] = {}
    for category, event in events_of(count):
        stream = Stream(category, person).name
        before, parent = heads.get(stream, (0, ZERO_PARENT))
        recorded = Recorded(stream=stream, version=before + 1, event=event, at=MOMENT, by=person)
        stored: StoredEvent = mapper.to_stored_event(recorded)
        heads[stream] = (before + 1, digest_of(parent, stream, before + 1, stored.topic, stored.state))
        write = Write(stream, before + 1, parent, stored.topic, stored.state)
        yield Commit(person, uuid.uuid4().bytes * 2, uuid.uuid4().bytes, (write,))


def fill(log: LogUnderTest, commits: Sequence[Commit]) -> None:
    reader, appender = log.reader(), log.appender()
    genesis = reader.record_at(0, 0)
    assert genesis is not None  # noqa: S101 - the log was just made
    generation = unframe(genesis.value).generation
    sent = [
        appender.append(
            0,
            frame(generation, "", [encode_entry(c) for c in commits[start : start + COMMITS_PER_RECORD]]),
        )
        for start in range(0, len(commits), COMMITS_PER_RECORD)
    ]
    for future in sent:
        future.result(60)
    appender.close()
    reader.close()


def fold_journal(log: LogUnderTest) -> None:
    log_to_stderr()
    log.worker().run(Stop())


def fold_view(url: str, vault_url: str, key: str, log: str, name: str) -> None:
    log_to_stderr()
    vault = Vault(vault_url, MasterKey.from_file(Path(key)))
    ViewWorker(
        database_url=url,
        journal=JournalReader(log),
        views=[view_named(name)],
        opener=EventMapper(vault),
        lease_s=10,
        worker=new_id(),
        health=Health(SystemClock()),
    ).run(Stop())


def timed(
    work: Callable[..., None], arguments: tuple[Any, ...], begun: Callable[[], int], total: int
) -> float:
    """Run `work` in a process and return the events per second between its first and its last event."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments, daemon=True)
    process.start()
    while (first := begun()) == 0:
        time.sleep(POLL_S)
    started = time.perf_counter()
    while begun() < total:
        time.sleep(POLL_S)
    took = time.perf_counter() - started
    process.terminate()
    process.join()
    return (total - first) / took


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


def journal_of(
    conn: psycopg.Connection, url: str, bootstrap: str, commits: Sequence[Commit]
) -> tuple[str, float]:
    """Fold commits from a Kafka topic of their own; returns the log's name and the events per second."""
    log = LogUnderTest(url=url, name=unique_name(), bootstrap=bootstrap)
    create_topic(KafkaConfig(topic=log.topic, options=log.options, replicas=1), partitions=1, clock=CLOCK)
    fill(log, commits)
    log.tables.create(conn)

    def ordinal() -> int:
        statement = log.tables.statement("SELECT ordinal FROM {positions}")
        row = conn.execute(statement).fetchone()
        return row[0] if row else 0

    rate = timed(fold_journal, (log,), ordinal, sum(len(commit.writes) for commit in commits))
    log.drop()
    return log.name, rate


def joined(commits: Sequence[Commit]) -> list[Commit]:
    """Join each person's events to commits of JOINED events, as a feed or an import makes them."""
    by_person: defaultdict[str, list[Write]] = defaultdict(list)
    for commit in commits:
        by_person[commit.subject] += commit.writes
    return [
        Commit(person, uuid.uuid4().bytes * 2, uuid.uuid4().bytes, tuple(writes[start : start + JOINED]))
        for person, writes in by_person.items()
        for start in range(0, len(writes), JOINED)
    ]


def run(people: int, screen: Console) -> list[dict[str, Any]]:
    with ExitStack() as stack:
        url, vault_url = (stack.enter_context(postgres_database()) for _ in range(2))
        bootstrap = stack.enter_context(kafka_bootstrap())
        key = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "master.key"
        vault = Vault(vault_url, MasterKey.from_file_or_new(key))
        vault.create_tables()
        mapper = EventMapper(vault)
        screen.print(f"[dim]sealing {people * EVENTS_EACH} events …[/dim]")
        commits = [
            commit
            for number in range(people)
            for commit in commits_of(mapper, vault.person_for_or_new(f"p{number}"), EVENTS_EACH)
        ]
        conn = stack.enter_context(psycopg.connect(url, autocommit=True))
        rates: dict[str, float] = {}
        many = f"journal from Kafka, {JOINED} events a commit"
        _, rates[many] = journal_of(conn, url, bootstrap, joined(commits))
        log, rates["journal from Kafka, 1 event a commit"] = journal_of(conn, url, bootstrap, commits)
        limit = rates["COPY of the journal's rows, 1 event a commit"] = copied(conn, log, len(commits))
        for view in find_views():
            rates[f"view {view.name} from the journal"] = timed(
                fold_view,
                (url, vault_url, str(key), log, view.name),
                partial(_passed, conn, view.name),
                len(commits),
            )
    return [
        {"what": what, "events_per_s": round(rate), "of_copy": round(rate / limit, 2)}
        for what, rate in rates.items()
    ]


def _passed(conn: psycopg.Connection, view: str) -> int:
    try:
        row = conn.execute("SELECT max(ordinal) FROM views.positions WHERE view = %s", (view,)).fetchone()
    except psycopg.errors.UndefinedTable:
        return 0
    return (row[0] or 0) if row else 0


def main() -> None:
    log_to_stderr()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--people", type=int, default=PEOPLE, help=f"{EVENTS_EACH} events each")
    chosen = parser.parse_args()
    rows = run(chosen.people, Console(stderr=True))
    if chosen.json:
        json.dump({"events": chosen.people * EVENTS_EACH, "rows": rows}, sys.stdout)
        return
    title = f"{chosen.people * EVENTS_EACH} events, sealed; synchronous_commit off; one partition"
    table = Table("what", "events/s", "of COPY", title=title)
    for row in rows:
        table.add_row(row["what"], f"{row['events_per_s']:,}", f"{row['of_copy']:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
