"""What a view is: a name, a version, the categories of streams it folds, its tables, and a pure fold."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from events.codec import Recorded
from projections.changes import Changes
from projections.table import Table


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An accepted event with its `ordinal` in the partition and the `subject` of its stream."""

    partition: int
    ordinal: int
    subject: str
    recorded: Recorded


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """
    Tables made from the log for reading.

    `fold` is pure and writes rows of the fact's own subject only; folding a fact again changes nothing.
    Events of streams of other categories than `categories` are skipped without being opened.
    """

    name: str
    version: int
    categories: frozenset[str]
    tables: tuple[Table, ...]
    fold: Callable[[Fact, Changes], None]

    @property
    def table_prefix(self) -> str:
        return f"{self.name}_v{self.version}_"
