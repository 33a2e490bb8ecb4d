"""How far each view is behind the journal, how stale it is, and which subjects it has parked."""

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
    """One view in one partition. A dead worker shows in `stale_s`; the lag grows only with new events."""

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
    """Return the status of every view in every partition; a view that no worker has started is left out."""
    created = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (f"{SCHEMA}.parked",)).fetchone()
    if created is None or not created[0]:
        return []
    ends = {progress.partition: progress.ordinal for progress in journal.progress(connection)}
    holders = dict(_holders(connection, group))
    found = []
    for view in views:
        parked = [row.partition for row in read_parked(connection, view)]
        found += [
            PartitionStatus(
                view=view.name,
                version=view.version,
                partition=position.partition,
                ordinal=position.ordinal,
                lag_events=max(0, ends.get(position.partition, 0) - position.ordinal),
                stale_s=round(position.stale_s, 1),
                parked=parked.count(position.partition),
                worker=holders.get(position.partition),
            )
            for position in read_positions(connection, view)
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
    """Return a table for a terminal: the parked subjects of a view, since which event, and why."""
    grid = Grid(title=f"Parked in {view.name}")
    for heading in ("subject", "partition", "since ordinal", "reason", "parked at"):
        grid.add_column(heading)
    for row in parked:
        moment = row.parked_at.isoformat(timespec="seconds")
        grid.add_row(row.subject, str(row.partition), f"{row.ordinal:,}", row.reason, moment)
    return grid


def as_grid(found: Iterable[PartitionStatus]) -> Grid:
    """Return the status as a table for a terminal."""
    grid = Grid(title="Views")
    for heading in ("view", "partition", "ordinal", "lag", "confirmed", "parked", "worker"):
        grid.add_column(heading, justify="left" if heading in {"view", "worker"} else "right")
    for row in found:
        grid.add_row(
            f"{row.view} v{row.version}",
            str(row.partition),
            f"{row.ordinal:,}",
            f"{row.lag_events:,}",
            f"{row.stale_s:.1f} s ago",
            str(row.parked),
            row.worker or "nobody",
        )
    return grid
