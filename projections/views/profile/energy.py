"""What gives and costs energy, and passions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, assert_never

import msgspec
from msgspec.structs import replace

from events.catalog.portfolio.energy import (
    EnergyEvent,
    EnergySourceNoted,
    EnergySourceRemoved,
    PassionLetGo,
    PassionNamed,
)
from projections.changes import Changes, as_json
from projections.table import moment_columns, text_columns
from projections.views.profile.layout import ORDINAL, TALENT_IDS, Past, if_past, profile_table
from rules.kinds import EnergySourceKind, HoursBand

ENERGY_SOURCES: Final = profile_table(
    "energy_sources",
    ORDINAL,
    *text_columns("source", "kind", "activity", "hours_per_week"),
    TALENT_IDS,
    *moment_columns("noted_at"),
    *moment_columns("removed_at", nullable=True),
    key=("source",),
)
PASSIONS: Final = profile_table(
    "passions",
    ORDINAL,
    *text_columns("passion", "text"),
    *moment_columns("named_at"),
    *moment_columns("let_go_at", nullable=True),
    key=("passion",),
)


class EnergySource(msgspec.Struct, frozen=True, kw_only=True):
    source: str
    kind: EnergySourceKind
    activity: str
    hours_per_week: HoursBand
    talents: tuple[str, ...]
    noted_at: datetime
    removed_at: datetime | None = None


class Passion(msgspec.Struct, frozen=True, kw_only=True):
    passion: str
    text: str
    named_at: datetime
    let_go_at: datetime | None = None


def fold_energy(event: EnergyEvent, at: datetime, ordinal: int, changes: Changes) -> None:
    match event:
        case EnergySourceNoted():
            changes.put(
                ENERGY_SOURCES,
                ordinal=ordinal,
                source=event.source,
                kind=event.kind,
                activity=event.activity,
                hours_per_week=event.hours_per_week,
                talents=as_json(event.talents),
                noted_at=at,
                removed_at=None,
            )
        case PassionNamed(passion=passion, text=text):
            changes.put(PASSIONS, ordinal=ordinal, passion=passion, text=text, named_at=at, let_go_at=None)
        case EnergySourceRemoved(source=source):
            changes.set(ENERGY_SOURCES, source=source, removed_at=at)
        case PassionLetGo(passion=passion):
            changes.set(PASSIONS, passion=passion, let_go_at=at)
        case _:
            assert_never(event)


def sources_at(rows: Sequence[EnergySource], past: Past) -> tuple[EnergySource, ...]:
    return tuple(
        row if row.removed_at is None else replace(row, removed_at=if_past(past, row.removed_at))
        for row in rows
        if past(row.noted_at)
    )
