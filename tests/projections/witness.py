"""A view that writes down every event it was given, and a real log to feed it."""

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any, Final

import psycopg
from eventsourcing.persistence import StoredEvent

from events.log.journal.reader import JournalReader
from kit.clock import SystemClock
from kit.health import Health
from kit.lifecycle import Stop
from projections.batch import Opener
from projections.changes import Changes
from projections.table import Column, Table
from projections.view import Fact, View
from projections.worker import ViewWorker

PATIENCE_S: Final = 20.0

SEEN: Final = Table(
    name="witness_v1_seen",
    columns=(
        Column(name="ordinal", type="bigint"),
        Column(name="stream", type="text"),
        Column(name="version", type="bigint"),
    ),
    key=("subject", "ordinal"),
)


def write_down(fact: Fact, changes: Changes) -> None:
    recorded = fact.recorded
    changes.put(SEEN, ordinal=fact.ordinal, stream=recorded.stream, version=recorded.version)


WITNESS: Final = View(
    name="witness", version=1, categories=frozenset({"team"}), tables=(SEEN,), fold=write_down
)

# Its own rows would hide an event folded twice, since folds may be repeated: this counts the writes.
COUNT_WRITES: Final = f"""
CREATE TABLE IF NOT EXISTS writes (partition integer, ordinal bigint);
CREATE OR REPLACE FUNCTION count_write() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO writes VALUES (NEW.partition, NEW.ordinal); RETURN NULL; END';
CREATE OR REPLACE TRIGGER count_write AFTER INSERT OR UPDATE ON {SEEN.served}
    FOR EACH ROW EXECUTE FUNCTION count_write();
"""


def team_formed(team: str | None = None, *, version: int = 1, state: bytes | None = None) -> StoredEvent:
    """Give an event of a team's stream as the log has it; `state` makes it one that can't be opened."""
    unit = uuid.uuid4().hex
    content = f'{{"day": "2026-01-05", "by": "{unit}", "data": {{"name": "Noord", "unit": "{unit}"}}}}'
    return StoredEvent(
        originator_id=f"team-{team or uuid.uuid4().hex}",
        originator_version=version,
        topic="team.team-formed.v1",
        state=content.encode() if state is None else state,
    )


def make_worker(
    url: str,
    log_name: str,
    opener: Opener,
    *,
    views: tuple[View, ...] = (WITNESS,),
    lease_s: float = 2.0,
    health: Health | None = None,
    name: str | None = None,
    gather_s: float = 0.0,
) -> ViewWorker:
    return ViewWorker(
        database_url=url,
        journal=JournalReader(log_name),
        views=views,
        opener=opener,
        lease_s=lease_s,
        worker=name or uuid.uuid4().hex[:8],
        health=health or Health(SystemClock()),
        gather_s=lambda: gather_s,
    )


@contextmanager
def working(worker: ViewWorker) -> Iterator[list[BaseException]]:
    """Run a view worker in a thread for the time of the block; gives what ended it, if something did."""
    stop, ended = Stop(), list[BaseException]()

    def run() -> None:
        try:
            worker.run(stop)
        except BaseException as error:  # noqa: BLE001 - looked at by the test
            ended.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield ended
    finally:
        stop.request("the test is over")
        thread.join(PATIENCE_S)
        assert not thread.is_alive(), "the view worker did not stop"


def wait_until(said: Callable[[], bool], *, patience_s: float = PATIENCE_S) -> None:
    deadline = time.monotonic() + patience_s
    while not said():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def ask(url: str, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(sql.encode(), values).fetchall()


def count(url: str, table: str = SEEN.served) -> int:
    there = ask(url, "SELECT to_regclass(%s) IS NOT NULL", table)
    return int(ask(url, f"SELECT count(*) FROM {table}")[0][0]) if there[0][0] else 0
