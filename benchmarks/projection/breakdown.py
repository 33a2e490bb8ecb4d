"""Where the processor time of a view's fold goes: reading, opening, decoding, folding, writing."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg

from benchmarks.projection.folds import Sealing, drop_rows
from events.codec import SEALED, EventMapper
from events.log.journal.reader import JournalEvent, JournalReader
from events.privacy.sealing import open_sealed
from events.privacy.vault import Vault
from kit.postgres.connections import connect_own
from projections.batch import BATCH_EVENTS_MAX, Batch
from projections.changes import Changes
from projections.folding import Folding, fold_events
from projections.positions import prepare_view
from projections.registry import view_named
from projections.view import View

STEPS: Final = ("read", "open", "decode", "fold", "write")


class _Watch:
    """Processor time by step, in seconds: of this process, and of the PostgreSQL process that serves it."""

    def __init__(self, backend: int) -> None:
        self._backend = Path(f"/proc/{backend}/schedstat")
        self.own: defaultdict[str, float] = defaultdict(float)
        self.server: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        own, server = time.process_time(), self._server_s()
        yield
        self.own[name] += time.process_time() - own
        self.server[name] += self._server_s() - server

    def _server_s(self) -> float:
        return int(self._backend.read_text().split()[0]) / 1e9


def breakdown(url: str, sealing: Sealing, log: str, name: str) -> dict[str, tuple[float, float]]:
    """Return by step the µs an event: this process's, and PostgreSQL's. The view is folded anew."""
    view, journal, vault = view_named(name), JournalReader(log), sealing.vault()
    with connect_own(url, application_name="breakdown") as conn:
        conn.execute("SET synchronous_commit = off")
        drop_rows(conn, view)
        prepare_view(conn, view, partitions=1, generation=journal.generation(conn))
        watch, mapper, after = _Watch(conn.info.backend_pid), EventMapper(vault), 0
        while True:
            with watch.step("read"):
                events = journal.read_partition(conn, partition=0, after=after, limit=BATCH_EVENTS_MAX)
            if not events:
                break
            after = _fold(conn, view, events, after, watch, mapper, vault)
    # What was measured as one step is shown without the step that is a part of it.
    for whole, part in (("decode", "open"), ("write", "fold")):
        watch.own[whole] -= watch.own[part]
    return {step: (1e6 * watch.own[step] / after, 1e6 * watch.server[step] / after) for step in STEPS}


def _fold(  # noqa: PLR0917 - the steps of one batch
    conn: psycopg.Connection,
    view: View,
    events: list[JournalEvent],
    after: int,
    watch: _Watch,
    mapper: EventMapper,
    vault: Vault,
) -> int:
    batch = Batch(events, mapper)
    own = [index for index in range(len(events)) if batch.streams[index].category in view.categories]
    with watch.step("decode"):
        for index in own:
            batch.fact(index)
    with watch.step("open"):
        for index in own:
            if events[index].topic == SEALED:
                subject = batch.streams[index].subject
                open_sealed(vault.key_of(subject), subject, events[index].state)
    with watch.step("fold"):
        fold_events(view, batch, own, Changes(view.tables, 0), skipped=set())
    with watch.step("write"):
        return Folding(connection=conn, views=(view,)).fold(batch, after=after)
