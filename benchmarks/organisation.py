"""
How fast the view of contributions folds, how long a release takes, and how both grow with the organisation.

The peer computes the same releases plainly: it folds the whole journal in Python, once for each basis. Its
releases must be those that were published.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.counted_people import CountedPeople, append, new_people
from benchmarks.projection.folds import Sealing, fold_view, no_server_s, timed
from benchmarks.released import Place, make_release, opened, recompute_plainly
from benchmarks.servers import log_to_stderr, postgres_database
from events.codec import EventMapper
from events.privacy.vault import Vault
from kit.secrets import MasterKey
from projections.views.contributions import VIEW
from rules.access.roles import Role
from services.admin.founding import found_organisation
from services.handling.registry import read_command
from services.handling.results import Caller
from tests.events.log.harness import LogUnderTest, unique_name

SIZES: Final = {"S": 120, "M": 1_000, "L": 10_000, "XL": 100_000}
PARTITIONS: Final = 4
RELEASES: Final = 3
EVERY_DAYS: Final = 90
POLICY: Final = {"floors": {}, "releaseEveryDays": EVERY_DAYS, "sharingDaysMax": 365}


def apart(work: Callable[..., dict[str, Any]], *arguments: Any) -> dict[str, Any]:
    """Return what `work` returns in a process of its own, whose memory is its own."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments)


def founded(place: Place, people: int) -> CountedPeople:
    """Found the organisation and adopt a policy; return its people, of whom nothing is on the log yet."""
    with opened(place, 0) as (handler, vault, calendar):
        vault.create_tables()
        found_organisation(
            recorder=handler._recorder,  # noqa: SLF001 - likewise
            vault=vault,
            mapper=EventMapper(vault),
            calendar=calendar,
            name="MEE",
            administrator="administrator",
        )
        administrator = Caller(person=vault.person_for_or_new("administrator"), role=Role.ADMINISTRATOR)
        policy = read_command("adoptPolicy", POLICY | {"portfolioDaysAfterLeaving": 90})
        adopted = handler.handle(policy, caller=administrator, command_id=str(uuid4()))
        if adopted.outcome != "ACCEPTED":
            raise RuntimeError(str(adopted))
        organisation = handler.organisation()
    master = MasterKey.from_file(Path(place.key))
    mapper = EventMapper(Vault(place.vault_url, master))
    return CountedPeople(mapper, organisation, new_people(place.vault_url, master, people))


def fold(place: Place, conn: psycopg.Connection) -> float:
    """Fold the view up to the journal's end in a process of its own; return its events per second."""
    total = journal_end(place, conn)
    sealing = Sealing(url=place.vault_url, master_key=Path(place.key))
    arguments = (place.log.url, sealing, place.log.name, VIEW.name)
    return timed(fold_view, arguments, partial(_passed, conn), total, no_server_s).per_s


def _passed(conn: psycopg.Connection) -> int:
    try:
        row = conn.execute(
            "SELECT sum(ordinal)::bigint FROM views.positions WHERE view = %s", (VIEW.name,)
        ).fetchone()
    except psycopg.errors.UndefinedTable:
        return 0
    return (row[0] or 0) if row else 0


def journal_end(place: Place, conn: psycopg.Connection) -> int:
    return sum(one.ordinal for one in place.log.journal.progress(conn))


def filled(place: Place, conn: psycopg.Connection, counted: CountedPeople, *, first: bool) -> None:
    """Append what happens next, and wait until the journal has it."""
    before, known = journal_end(place, conn), counted.events
    append(place.log, counted.tree() if first else counted.later())
    while journal_end(place, conn) < before + counted.events - known:
        time.sleep(0.05)


def measured(people: int, *, peer: bool, screen: Console) -> dict[str, Any]:
    """Return the figures of one organisation: of its first release, and of its last."""
    with ExitStack() as stack:
        url, vault_url = (stack.enter_context(postgres_database()) for _ in range(2))
        key = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "master.key"
        MasterKey.from_file_or_new(key)
        log = LogUnderTest(url=url, name=unique_name(), partitions=PARTITIONS, append_timeout_s=60)
        log.create()
        place = Place(log, vault_url, str(key))
        stack.enter_context(log.folding())
        conn = stack.enter_context(psycopg.connect(url, autocommit=True))
        screen.print(f"[dim]{people} people: a year of events …[/dim]")
        counted = founded(place, people)
        found: dict[str, Any] = {"people": people}
        for number in range(1, RELEASES + 1):
            filled(place, conn, counted, first=number == 1)
            rate = fold(place, conn)
            made = apart(make_release, place, number * EVERY_DAYS)
            screen.print(f"[dim]release {number}: {made}[/dim]")
            if number == 1:
                found |= {"events": journal_end(place, conn), "fold_per_s": rate, "first_s": made["s"]}
        found |= {"last_s": made["s"], "mb": made["mb"], "mb_before": made["mb_before"]}
        found |= {"cells": made["cells"], "kb": made["kb"]}
        if peer:
            plainly = apart(recompute_plainly, place, RELEASES * EVERY_DAYS)
            found |= {"plain_s": plainly["s"], "plain_mb": plainly["mb"]}
        return found


def summed_up(size: str, runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return for each figure the median of the runs, with the lowest and the highest."""
    return {"size": size, "runs": len(runs)} | {
        name: [round(of([run[name] for run in runs]), 2) for of in (statistics.median, min, max)]
        for name in runs[0]
    }


def shown(figures: list[float] | None, digits: int = 0) -> str:
    if figures is None:
        return "-"
    median, lowest, highest = (f"{figure:,.{digits}f}" for figure in figures)
    return median if lowest == highest else f"{median} ({lowest}-{highest})"


def as_table(rows: list[dict[str, Any]]) -> Table:
    title = f"releases 1 and {RELEASES}, from cut-off to published; the peer computes all {RELEASES}"
    table = Table(title=title)
    columns = {
        "size": None,
        "people": 0,
        "events": 0,
        "fold_per_s": 0,
        "first_s": 2,
        "last_s": 2,
        "mb": 0,
        "mb_before": 0,
        "cells": 0,
        "kb": 0,
        "plain_s": 1,
        "plain_mb": 0,
    }
    for name in columns:
        table.add_column(name.replace("_", " "), justify="right")
    for row in rows:
        cells = [
            row["size"] if digits is None else shown(row.get(name), digits)
            for name, digits in columns.items()
        ]
        table.add_row(*cells)
    return table


def main() -> None:
    log_to_stderr()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=["S", "M", "L"])
    parser.add_argument("--runs", type=int, default=3, help="of sizes S and M; of the others one")
    parser.add_argument("--no-peer", action="store_true", help="don't compute the releases plainly")
    chosen = parser.parse_args()
    rows = []
    for size in chosen.sizes:
        runs = chosen.runs if SIZES[size] <= SIZES["M"] else 1
        measure = partial(measured, SIZES[size], peer=not chosen.no_peer, screen=Console(stderr=True))
        rows.append(summed_up(size, [measure() for _ in range(runs)]))
    if chosen.json:
        json.dump({"releases": RELEASES, "rows": rows}, sys.stdout)
        return
    Console(width=160).print(as_table(rows))


if __name__ == "__main__":
    main()
