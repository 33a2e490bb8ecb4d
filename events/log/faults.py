"""What a check found to be wrong: the kind, the place, and a sentence in Dutch and English."""

from enum import Enum

import msgspec


class FaultKind(Enum):
    """How the log, or a table made from it, differs from what its digests promise."""

    CHANGED = "changed"
    DROPPED = "dropped"
    ADDED = "added"
    SWAPPED = "swapped"
    GAP = "gap"
    DAMAGED = "damaged"
    LOG_CUT = "log-cut"
    """It begins late, or ends before what was read of it."""
    LOG_RESTORED = "log-restored"
    """Another topic or leader epoch, or another record, at a place that was read before."""
    VIEW_DIFFERS = "view-differs"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """
    A place on the log.

    `generation` is the id of the log's life (32 hex digits); `index` counts the entries in the record at
    `offset` from 0; `ordinal` is that of the commit's first event, None unless the journal accepted it.
    """

    generation: str
    partition: int
    offset: int
    index: int = 0
    ordinal: int | None = None


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault. `stream` and `version` name the event that it is about, if it is about one."""

    kind: FaultKind
    place: Place
    nl: str
    en: str
    stream: str | None = None
    version: int | None = None

    def __str__(self) -> str:
        return f"partition {self.place.partition}, record {self.place.offset}, {self.en}"


def describe_event(stream: str, version: int, ordinal: int | None) -> tuple[str, str]:
    """Return the name of an event in a sentence, in Dutch and in English."""
    number = "" if ordinal is None else f"ordinal {ordinal}, "
    nummer = "" if ordinal is None else f"volgnummer {ordinal}, "
    return f"{nummer}versie {version} van {stream}", f"{number}version {version} of {stream}"
