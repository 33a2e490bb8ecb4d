"""What all tables of the profile share: names and columns, and the choice of rows for a moment."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, TypeVar

import msgspec
from msgspec.structs import replace

from projections.table import Column, Table

VERSION: Final = 6
ORDINAL: Final = Column(name="ordinal", type="bigint")
AT: Final = Column(name="at", type="timestamptz")
TALENT_IDS: Final = Column(name="talents", type="jsonb")


def profile_table(
    name: str, *columns: Column, key: tuple[str, ...], indexes: tuple[tuple[str, ...], ...] = ()
) -> Table:
    return Table(name=f"profile_v{VERSION}_{name}", columns=columns, key=("subject", *key), indexes=indexes)


Past = Callable[[datetime | None], bool]
"""Whether something had happened by the moment to be shown."""

T = TypeVar("T")
R = TypeVar("R", bound=msgspec.Struct)


def is_past(moment: datetime | None, at: datetime | None) -> bool:
    return at is not None and (moment is None or at <= moment)


def if_past(past: Past, at: datetime | None) -> datetime | None:
    return at if past(at) else None


def newest_first(oldest_first: Iterable[T]) -> tuple[T, ...]:
    return tuple(reversed(list(oldest_first)))


def open_rows(rows: Iterable[R], began: str, ended: str, past: Past) -> list[R]:
    """Return rows that had begun and not ended, without an end that came later."""
    return [
        row if getattr(row, ended) is None else replace(row, **{ended: None})
        for row in rows
        if past(getattr(row, began)) and not past(getattr(row, ended))
    ]
