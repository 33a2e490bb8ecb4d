"""How far each view is behind the journal, how long ago its worker looked, and what it has set aside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import psycopg
from rich.table import Table as Grid

from events.log.journal.reader import JournalReader
from projections.parking import Parked, read_parked
from projections.positions import read_positions
from projections.table import SCHEMA
from projections.view import View


class PartitionStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One view in one partition; a dead worker shows in `stale_s`, since its lag need not grow."""

    view: str
    version: int
    partition: int
    ordinal: int
    lag_events: int
    stale_s: float
    parked: int
    worker: str | None


def status(
    connection: psycopg.Connection, views: Sequence[View], *, journal: JournalReader, group: str
) -> list[PartitionStatus]:
    """Return how every view stands in every partition; what no worker has met yet is left out."""
    made = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{SCHEMA}.parked",)).fetchone()
    if made is None or not made[0]:
        return []
    heads = {at.partition: at.ordinal for at in journal.progress(connection)}
    holders = dict(_holders(connection, group))
    found = []
    for view in views:
        parked = [row.partition for row in read_parked(connection, view)]
        found += [
            PartitionStatus(
                view=view.name,
                version=view.version,
                partition=at.partition,
                ordinal=at.ordinal,
                lag_events=max(0, heads.get(at.partition, 0) - at.ordinal),
                stale_s=round(at.stale_s, 1),
                parked=parked.count(at.partition),
                worker=holders.get(at.partition),
            )
            for at in read_positions(connection, view)
        ]
    return found


def _holders(connection: psycopg.Connection, group: str) -> Iterable[tuple[int, str]]:
    row = connection.execute("SELECT to_regclass('leases.holdings') IS NOT NULL").fetchone()
    if row is None or not row[0]:
        return []
    return connection.execute(
        "SELECT partition, worker FROM leases.holdings WHERE group_name = %s", (group,)
    ).fetchall()


def parked_grid(view: View, parked: Iterable[Parked]) -> Grid:
    """Lay out whom a view has set aside, since which event, and why."""
    grid = Grid(title=f"Parked in {view.name}")
    for heading in ("subject", "partition", "since ordinal", "reason", "parked at"):
        grid.add_column(heading)
    for row in parked:
        moment = row.parked_at.isoformat(timespec="seconds")
        grid.add_row(row.subject, str(row.partition), f"{row.ordinal:,}", row.reason, moment)
    return grid


def as_grid(found: Iterable[PartitionStatus]) -> Grid:
    """Lay the status out for a terminal."""
    grid = Grid(title="Views")
    for heading in ("view", "partition", "ordinal", "lag", "last look", "parked", "worker"):
        grid.add_column(heading, justify="left" if heading in {"view", "worker"} else "right")
    for at in found:
        grid.add_row(
            f"{at.view} v{at.version}",
            str(at.partition),
            f"{at.ordinal:,}",
            f"{at.lag_events:,}",
            f"{at.stale_s:.1f} s ago",
            str(at.parked),
            at.worker or "nobody",
        )
    return grid
