"""Our folds, each in a process of its own: of a log into its journal, and of the journal into a view."""

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import psycopg
from typing_extensions import override

from benchmarks.measuring import cpu_s
from benchmarks.servers import log_to_stderr
from events.codec import EventMapper
from events.log.journal.reader import JournalReader
from events.privacy.vault import Vault
from kit.clock import SystemClock
from kit.health import Health
from kit.ids import new_id
from kit.lifecycle import Stop
from kit.secrets import MasterKey
from projections.positions import create_schema, drop_view
from projections.registry import view_named
from projections.table import SCHEMA
from projections.view import View
from projections.worker import ViewWorker
from tests.events.log.harness import LogUnderTest

POLL_S: Final = 0.02


class Spent(NamedTuple):
    """Events a second, and the processor time an event of a fold and of its server, without its start."""

    per_s: float
    own_us: float
    server_us: float

    @property
    def us(self) -> float:
        return self.own_us + self.server_us


def spent(events: int, seconds: float, own_s: float, server_s: float) -> Spent:
    return Spent(round(events / seconds), *(round(1e6 * used / events, 2) for used in (own_s, server_s)))


@dataclass
class SameTopic(LogUnderTest):
    """Another journal of the topic that the log `of` was filled into."""

    of: str = ""

    @property
    @override
    def topic(self) -> str:
        return f"{self.of}.events"


@dataclass(frozen=True, kw_only=True)
class Sealing:
    """The vault whose keys open the events, for a process that begins."""

    url: str
    master_key: Path

    def vault(self) -> Vault:
        return Vault(self.url, MasterKey.from_file(self.master_key))


def fold_journal(log: LogUnderTest) -> None:
    log_to_stderr()
    log.worker().run(Stop())


def fold_view(url: str, sealing: Sealing, log: str, name: str) -> None:
    log_to_stderr()
    ViewWorker(
        database_url=url,
        journal=JournalReader(log),
        views=[view_named(name)],
        opener=EventMapper(sealing.vault()),
        lease_s=10,
        worker=new_id(),
        health=Health(SystemClock()),
    ).run(Stop())


def no_server_s() -> float:
    """Return no processor time: of a server that is not on this machine, or not measured."""
    return 0.0


def timed(
    work: Callable[..., None],
    arguments: tuple[Any, ...],
    begun: Callable[[], int],
    total: int,
    server: Callable[[], float],
) -> Spent:
    """Run `work` in a process; return what it took from its first event on, which is seen within POLL_S."""
    first = begun()
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments, daemon=True)
    process.start()
    pid = process.pid
    assert pid is not None  # noqa: S101 - it was just started

    def now() -> tuple[float, float, float]:
        return time.perf_counter(), cpu_s(pid), server()

    started = now()
    while begun() == first:
        started = now()
        time.sleep(POLL_S)
    while begun() < total:
        time.sleep(POLL_S)
    ended = now()
    process.terminate()
    process.join()
    return spent(total - first, *(after - before for before, after in zip(started, ended, strict=True)))


def timed_journal(
    conn: psycopg.Connection, log: LogUnderTest, total: int, postgres_s: Callable[[], float]
) -> Spent:
    """Fold a log's topic into its journal, whose tables are made here."""
    log.tables.create(conn)

    def ordinal() -> int:
        row = conn.execute(log.tables.statement("SELECT ordinal FROM {positions}")).fetchone()
        return row[0] if row else 0

    return timed(fold_journal, (log,), ordinal, total, postgres_s)


def timed_view(
    conn: psycopg.Connection,
    log: LogUnderTest,
    sealing: Sealing,
    name: str,
    *,
    total: int,
    postgres_s: Callable[[], float],
) -> Spent:
    """Fold a log's journal into a view that has no rows yet."""
    begun = partial(_passed, conn, name)
    return timed(fold_view, (log.url, sealing, log.name, name), begun, total, postgres_s)


def drop_rows(conn: psycopg.Connection, view: View) -> None:
    """Drop what a view has folded, so that its next fold begins with the first event."""
    create_schema(conn, SCHEMA)
    drop_view(conn, view)


def _passed(conn: psycopg.Connection, view: str) -> int:
    try:
        row = conn.execute("SELECT max(ordinal) FROM views.positions WHERE view = %s", (view,)).fetchone()
    except psycopg.errors.UndefinedTable:
        return 0
    return (row[0] or 0) if row else 0


def postmaster_of(conn: psycopg.Connection) -> int:
    """Return the process of PostgreSQL on this machine: the parent of the one that serves `conn`."""
    return int(Path(f"/proc/{conn.info.backend_pid}/stat").read_text().rpartition(")")[2].split()[1])
