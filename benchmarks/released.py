"""Makes the releases of a log in a process of its own, and computes them plainly from the whole journal."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import psycopg
from eventsourcing.persistence import EventStore

from benchmarks.servers import log_to_stderr
from events.codec import EventMapper
from events.log.journal.reader import JournalReader
from events.privacy.made_releases import MadeReleases
from events.privacy.vault import Vault
from kit.clock import Calendar, FixedClock
from kit.postgres.connections import connect_own
from kit.secrets import MasterKey
from processes.releases.maker import NAME, Maker, Parts
from processes.releases.making import made_from, wanted_bases
from projections.batch import Batch
from projections.view import Fact
from projections.views.contributions import VIEW, CutOff
from rules.commands import CommandResult
from rules.releases.model import Basis
from services.contexts.releases.decider import DECIDER
from services.contexts.releases.state import Releases
from services.decisions.command import Command
from services.handling.handler import CommandHandler
from services.handling.loading import load
from tests.events.log.harness import LogUnderTest
from tests.projections.views.contributions.expected_basis import World, basis_of
from tests.services.house import NOW, ZONE

READ_EVENTS: Final = 5_000


class Place(NamedTuple):
    """Where everything is, for processes of their own."""

    log: LogUnderTest
    vault_url: str
    key: str


@contextmanager
def opened(place: Place, day: int) -> Iterator[tuple[CommandHandler, Vault, Calendar]]:
    """Open services on the log, on a day after the organisation was founded."""
    vault = Vault(place.vault_url, MasterKey.from_file(Path(place.key)))
    calendar = Calendar(clock=FixedClock(NOW + timedelta(days=day)), zone=ZONE)
    recorder = replace(place.log, recorders=[]).recorder()
    handler = CommandHandler(recorder=recorder, vault=vault, mapper=EventMapper(vault), calendar=calendar)
    yield handler, vault, calendar
    recorder.writer.close()
    vault.close()


def state_of(handler: CommandHandler, vault: Vault) -> Releases:
    store: EventStore[str] = EventStore(EventMapper(vault), handler._recorder)  # noqa: SLF001 - the benchmark's own
    state: Releases = load(store, DECIDER, (f"release-{vault.organisation()}",)).state
    return state


def make_release(place: Place, day: int) -> dict[str, Any]:
    """Make what is due, from cut-off to published; return the seconds and the peak of memory in MB."""
    log_to_stderr()
    with opened(place, day) as (handler, vault, calendar):
        made = MadeReleases(place.vault_url)

        def send(command: Command, *, occasion: str) -> CommandResult:
            return handler.handle_for_process(command, process=NAME, occasion=occasion)

        parts = Parts(
            send=send,
            store=EventStore(EventMapper(vault), handler._recorder),  # noqa: SLF001 - likewise
            rules=handler.releases.rules,
            organisation=vault.organisation,
            made=made,
            calendar=calendar,
            database_url=place.log.url,
        )
        maker, before = Maker(parts), peak_mb()
        begun = time.perf_counter()
        progress = maker.turn()
        took = time.perf_counter() - begun
        if progress.waits:
            raise RuntimeError(progress.sentence)
        released = state_of(handler, vault).releases[-1]
        made.close()
    cells = sum(len(of.cells) for of in released.clusters)
    size = len(msgspec.json.encode(released))
    return {"s": took, "mb": peak_mb(), "mb_before": before, "cells": cells, "kb": round(size / 1024)}


def recompute_plainly(place: Place, day: int) -> dict[str, Any]:
    """Compute every release from the whole journal, and compare; return seconds and peak of memory."""
    with opened(place, day) as (handler, vault, _):
        state, begun = state_of(handler, vault), time.perf_counter()
        for released in state.releases:
            cut_off = state.cut_offs[released.epoch]
            bases = {
                at.epoch: plain_basis(place, vault, at, tree) for at, tree in wanted_bases(state, cut_off)
            }
            if made_from(state, cut_off, bases) != released:
                raise RuntimeError(f"release {released.epoch} differs")
        took = time.perf_counter() - begun
    return {"s": took, "mb": peak_mb()}


def plain_basis(place: Place, vault: Vault, at: CutOff, tree: CutOff) -> Basis:
    now = plain_world(place, vault, at)
    return basis_of(now, now if at == tree else plain_world(place, vault, tree), at)


def plain_world(place: Place, vault: Vault, cut_off: CutOff) -> World:
    world = World()
    with connect_own(place.log.url, application_name="plain") as connection:
        for partition, end in enumerate(cut_off.positions):
            for fact in facts_of(connection, place.log.name, vault, partition, end):
                world.happens(fact)
    return world


def facts_of(
    connection: psycopg.Connection, log: str, vault: Vault, partition: int, end: int
) -> Iterator[Fact]:
    journal, mapper, after = JournalReader(log), EventMapper(vault), 0
    while after < end:
        events = journal.read_partition(
            connection, partition=partition, after=after, limit=min(READ_EVENTS, end - after)
        )
        batch = Batch(events, mapper)
        yield from (
            batch.fact(index)
            for index in range(len(events))
            if batch.streams[index].category in VIEW.categories
        )
        after = events[-1].ordinal


def peak_mb() -> int:
    """Return the most memory that this process had; getrusage would count that of its parent, too."""
    status = Path("/proc/self/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return round(int(peak.split()[1]) / 1024)
