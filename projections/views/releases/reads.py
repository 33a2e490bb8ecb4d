"""Reads releases: the one in force on a day, the last ones, those after one seen, and what one shows."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec
import psycopg
from psycopg.rows import dict_row

from projections.views.releases.tables import CLUSTERS, PLACES, RELEASES
from rules.releases.model import CountBand, Held, ReleasedCell, ReleasedTerm
from rules.releases.units.places import Place, tree_of

RELEASES_AFTER_MAX: Final = 100
"""How many releases one read returns of those after one that was seen; the next read returns the rest."""


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """
    A release that is out, published or held.

    `on` is its day, `policy` the one in force then, `contributors_on` the day of `contributors`.
    `layout_positions` is where the log was cut off for the release that laid out the units, and
    `layout_since` the day of that. `days` has the day of each release up to this one, by epoch.
    """

    organisation: str
    partition: int
    epoch: int
    on: date
    policy: str
    held: Held | None
    contributors: CountBand | None
    contributors_on: date | None
    layout_since: date
    layout_positions: tuple[int, ...]
    days: Mapping[int, date]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What a release shows of one cluster."""

    cluster: str
    cells: tuple[ReleasedCell, ...]
    terms: tuple[ReleasedTerm, ...]


_CELLS: Final = msgspec.json.Decoder(tuple[ReleasedCell, ...])
_TERMS: Final = msgspec.json.Decoder(tuple[ReleasedTerm, ...])
_SELECT: Final = f"""
    SELECT r.subject AS organisation, r.partition, r.epoch, r.on_day AS "on", r.policy, r.held,
        r.contributors::jsonb AS contributors, c.on_day AS contributors_on, l.on_day AS layout_since,
        l.positions::jsonb AS layout_positions,
        (SELECT jsonb_object_agg(e.epoch, e.on_day) FROM {RELEASES.served} e
         WHERE e.subject = r.subject AND e.epoch <= r.epoch) AS days
    FROM {RELEASES.served} r
    JOIN {RELEASES.served} l ON l.subject = r.subject AND l.epoch = r.layout_epoch
    LEFT JOIN {RELEASES.served} c ON c.subject = r.subject AND c.epoch = r.contributors_epoch
    WHERE r.is_out
"""
_IN_FORCE: Final = f"{_SELECT} AND r.held IS NULL AND r.on_day <= %s ORDER BY r.epoch DESC LIMIT 1"
_LAST: Final = f"{_SELECT} ORDER BY r.epoch DESC LIMIT %s"
_AFTER: Final = f"{_SELECT} AND r.epoch > %s ORDER BY r.epoch LIMIT {RELEASES_AFTER_MAX}"
_SHOWN: Final = f"SELECT cluster, cells, terms FROM {CLUSTERS.served} WHERE epoch = %s"
_PLACES: Final = f"""
    SELECT unit,
        (array_agg(parent ORDER BY ordinal DESC) FILTER (WHERE parent IS NOT NULL))[1] AS parent,
        (array_agg(closed ORDER BY ordinal DESC) FILTER (WHERE closed IS NOT NULL))[1] AS closed
    FROM {PLACES.served} WHERE ordinal <= (%s::bigint[])[partition + 1] GROUP BY unit
"""


async def in_force(connection: psycopg.AsyncConnection, on: date) -> Release | None:
    """Return the last release that was published on this day or before, None before the first one."""
    return next(iter(await _releases(connection, _IN_FORCE, on)), None)


async def last(connection: psycopg.AsyncConnection, count: int) -> list[Release]:
    """Return the newest releases, held ones too, the newest first."""
    return await _releases(connection, _LAST, count)


async def after(connection: psycopg.AsyncConnection, epoch: int) -> list[Release]:
    """Return the first RELEASES_AFTER_MAX releases after this one, held ones too, the oldest first."""
    return await _releases(connection, _AFTER, epoch)


async def shown_of(connection: psycopg.AsyncConnection, epoch: int) -> list[Shown]:
    """Return what a release shows, by cluster; nothing of a held one."""
    async with connection.cursor() as cursor:
        await cursor.execute(_SHOWN.encode(), (epoch,))
        return [
            Shown(cluster=cluster, cells=_CELLS.decode(cells), terms=_TERMS.decode(terms))
            for cluster, cells, terms in await cursor.fetchall()
        ]


async def tree_at(connection: psycopg.AsyncConnection, positions: Sequence[int]) -> dict[str, str]:
    """
    Return the parent of each unit and team that was open at a cut-off; WHOLE for those at the top.

    `positions` has an ordinal for each partition of the log.
    """
    async with connection.cursor() as cursor:
        await cursor.execute(_PLACES.encode(), (list(positions),))
        return tree_of(
            {
                unit: Place(parent=parent, is_closed=bool(closed))
                for unit, parent, closed in await cursor.fetchall()
            }
        )


async def _releases(connection: psycopg.AsyncConnection, statement: str, value: int | date) -> list[Release]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement.encode(), (value,))
        return [msgspec.convert(row, Release, strict=False) for row in await cursor.fetchall()]
