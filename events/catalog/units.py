"""How the organisation is divided, as HR tells it: stream `units-<organisation>`, a tree."""

from events.catalog.registry import Event, event


@event("units.unit-formed.v1")
class UnitFormed(Event, frozen=True, kw_only=True):
    """Under `parent`, or at the top."""

    unit: str
    name: str
    parent: str | None = None


UnitsEvent = UnitFormed
