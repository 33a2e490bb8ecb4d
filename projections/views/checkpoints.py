"""The checkpoints of the log, a signed note a day, and the keys that sign them."""

from datetime import date
from typing import Final

import msgspec
import psycopg
from psycopg.rows import class_row

from events.catalog.checkpoints import CheckpointKeysAdopted, CheckpointMade
from projections.changes import Changes
from projections.table import Column, Table
from projections.view import Fact, View

_VERSION: Final = 1

CHECKPOINTS: Final = Table(
    name=f"checkpoints_v{_VERSION}_checkpoints",
    columns=(
        Column(name="checkpoint", type="text"),
        Column(name="on_day", type="date"),
        Column(name="note", type="text"),
    ),
    key=("checkpoint",),
    indexes=(("on_day",),),
)
KEYS: Final = Table(
    name=f"checkpoints_v{_VERSION}_keys",
    columns=(Column(name="adopted_at", type="bigint"), Column(name="keys", type="text")),  # one a line
    key=("subject", "adopted_at"),
)


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A day's checkpoint; `note` is the signed note itself."""

    organisation: str
    checkpoint: str
    on_day: date
    note: str


def fold(fact: Fact, changes: Changes) -> None:
    """Keep every checkpoint, and the keys by the version of the stream that adopted them."""
    recorded = fact.recorded
    match recorded.event:
        case CheckpointMade(checkpoint=checkpoint, day=day, note=note):
            changes.put(CHECKPOINTS, checkpoint=checkpoint, on_day=day, note=note)
        case CheckpointKeysAdopted(keys=keys):
            changes.put(KEYS, adopted_at=recorded.version, keys="\n".join(keys))
        case _:  # an event of a newer program
            pass


VIEW: Final = View(
    name="checkpoints",
    version=_VERSION,
    categories=frozenset({"checkpoint"}),
    tables=(CHECKPOINTS, KEYS),
    fold=fold,
)

_LAST: Final = (
    "SELECT subject AS organisation, checkpoint, on_day, note FROM "
    f"{CHECKPOINTS.served} ORDER BY on_day DESC LIMIT %s"
)
_KEYS: Final = f"SELECT keys FROM {KEYS.served} ORDER BY adopted_at DESC LIMIT 1"


async def last_checkpoints(connection: psycopg.AsyncConnection, count: int) -> list[Checkpoint]:
    """Return up to so many checkpoints, the newest first."""
    async with connection.cursor(row_factory=class_row(Checkpoint)) as cursor:
        await cursor.execute(_LAST, (count,))
        return await cursor.fetchall()


async def adopted_keys(connection: psycopg.AsyncConnection) -> tuple[str, ...]:
    """Return the verifier keys of those that sign, in their order; none before the first were adopted."""
    row = await (await connection.execute(_KEYS)).fetchone()
    return tuple(row[0].split("\n")) if row else ()
