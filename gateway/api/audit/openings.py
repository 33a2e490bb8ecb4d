"""What opens contents to a replay, as auditors, owners and privacy officers see it."""

from datetime import datetime

import strawberry

from gateway.types.enums import ItemKind
from projections.views.audits import Opening
from rules.audit.answers import OpeningSeen


@strawberry.type(
    description=(
        "Permission to read contents for a time: on a ground that a privacy officer recorded; without a "
        "ground, by the owner's grant."
    )
)
class ContentOpening:
    id: strawberry.ID
    ground: str | None = strawberry.field(description="Why, in the privacy officer's words.")
    kinds: list[ItemKind] = strawberry.field(
        description="What is opened of a portfolio; empty of any other stream, which is opened whole."
    )
    until: datetime = strawberry.field(
        description="Nothing is opened from then on. Of one that its owner ended: when that was."
    )


def opening(found: Opening | OpeningSeen) -> ContentOpening:
    return ContentOpening(
        id=strawberry.ID(found.opening),
        ground=found.ground,
        kinds=list(found.kinds),
        until=found.until,
    )
