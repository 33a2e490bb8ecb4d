"""What changed when, for the subscription until it reads the view `timeline`."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
import psycopg
from psycopg.rows import class_row

from events.catalog.portfolio import TalentClaimed, TalentRevised, TalentSetAside
from projections.changes import Changes
from projections.view import Column, Fact, Table
from projections.views.profile.tables import VERSION

CHANGES_MAX: Final = 500
"""Changes a subscription reads at once."""

CHANGES: Final = Table(
    name=f"profile_v{VERSION}_changes",
    columns=(
        Column(name="ordinal", type="bigint"),
        Column(name="version", type="bigint"),
        Column(name="fact", type="text"),
        Column(name="item", type="text", nullable=True),
        Column(name="at", type="timestamptz"),
    ),
    key=("subject", "ordinal"),
)


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of the portfolio's own stream, and where it stands in the person's partition."""

    partition: int
    ordinal: int
    version: int
    fact: str
    item: str | None
    at: datetime


def fold_change(fact: Fact, changes: Changes) -> None:
    recorded = fact.recorded
    event = recorded.event
    changes.put(
        CHANGES,
        ordinal=fact.ordinal,
        version=recorded.version,
        fact=type(event).__name__,
        item=event.talent if isinstance(event, TalentClaimed | TalentRevised | TalentSetAside) else None,
        at=recorded.at,
    )


async def changes_after(connection: psycopg.AsyncConnection, person: str, ordinal: int) -> list[Change]:
    """Return what changed in a person's portfolio behind an ordinal of their partition, oldest first."""
    async with connection.cursor(row_factory=class_row(Change)) as cursor:
        await cursor.execute(
            f"SELECT partition, ordinal, version, fact, item, at FROM {CHANGES.served}"
            " WHERE subject = %s AND ordinal > %s ORDER BY ordinal LIMIT %s",
            (person, ordinal, CHANGES_MAX),
        )
        return await cursor.fetchall()
