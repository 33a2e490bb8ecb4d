"""`checkpoints`: what the log was on each day, signed, for those who keep it outside."""

from datetime import date

import strawberry

from gateway.api.paging import check_page_size
from gateway.api.root_fields import query
from gateway.context import Info
from gateway.reading.view_reader import check_not_parked
from gateway.types.arguments import Last
from projections.views import checkpoints as view

LAST_DEFAULT = 30


@strawberry.type(
    description=(
        "What the log was on a day: a signed note (C2SP tlog-checkpoint, Ed25519) with, for every "
        "partition, its count of accepted events and a Merkle root (RFC 9162 hashing) over its stream "
        "heads. A log that is cut, rewritten or forked afterwards no longer fits it, if you kept it."
    )
)
class Checkpoint:
    id: strawberry.ID
    on: date = strawberry.field(description="The day.")
    note: str = strawberry.field(description="The signed note, to be kept byte for byte.")


def checkpoint_of(found: view.Checkpoint) -> Checkpoint:
    """Return a checkpoint as clients see it."""
    return Checkpoint(id=strawberry.ID(found.checkpoint), on=found.on_day, note=found.note)


@query(description="Checkpoints, the newest first: one a day, mailed to auditors and works council.")
async def checkpoints(info: Info, last: Last = LAST_DEFAULT) -> list[Checkpoint] | None:
    check_page_size(info.context, "last", last)
    async with info.context.gateway.reader.connection() as connection:
        found = await view.last_checkpoints(connection, last)
        await check_not_parked(connection, view.VIEW, sorted({each.organisation for each in found}))
    return [checkpoint_of(each) for each in found]
