"""Events of the tree of units, reported by HR: stream `units-<organisation>`."""

from typing import Final

from events.catalog.registry import Event, event

SEALED: Final = False


@event("units.unit-formed.v1")
class UnitFormed(Event, frozen=True, kw_only=True):
    """The unit exists, under `parent` or at the top."""

    unit: str
    name: str
    parent: str | None = None


@event("units.unit-renamed.v1")
class UnitRenamed(Event, frozen=True, kw_only=True):
    unit: str
    name: str


@event("units.unit-moved.v1")
class UnitMoved(Event, frozen=True, kw_only=True):
    """The unit has another parent. The units below it move along."""

    unit: str
    parent: str


@event("units.unit-closed.v1")
class UnitClosed(Event, frozen=True, kw_only=True):
    unit: str


UnitsEvent = UnitFormed | UnitRenamed | UnitMoved | UnitClosed
