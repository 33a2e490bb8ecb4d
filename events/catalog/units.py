"""Events of the tree of units, reported by HR: stream `units-<organisation>`."""

from typing import Final

from events.catalog.registry import Event, event

SEALED: Final = False


@event("units.unit-formed.v1")
class UnitFormed(Event, frozen=True, kw_only=True):
    """
    The unit exists, under `parent` or at the top.

    `key` is its key in the HR system; `unit` is derived from it and can't be turned back. None: not recorded,
    by a program of before.
    """

    unit: str
    name: str
    parent: str | None = None
    key: str | None = None


@event("units.unit-renamed.v1")
class UnitRenamed(Event, frozen=True, kw_only=True):
    unit: str
    name: str


@event("units.unit-moved.v2")
class UnitMoved(Event, frozen=True, kw_only=True):
    """The unit has another parent, or is at the top. The units below it move along."""

    unit: str
    parent: str | None = None


@event("units.unit-closed.v1")
class UnitClosed(Event, frozen=True, kw_only=True):
    """The unit is closed. No open unit and no open team is below it."""

    unit: str


@event("units.unit-reopened.v1")
class UnitReopened(Event, frozen=True, kw_only=True):
    """The unit is open again, where it was and with the name that it had."""

    unit: str


@event("units.unit-key-noted.v1")
class UnitKeyNoted(Event, frozen=True, kw_only=True):
    """The unit has this key in the HR system; its forming did not record it."""

    unit: str
    key: str


@event("units.team-placed.v1")
class TeamPlaced(Event, frozen=True, kw_only=True):
    """
    The unit is to have this team; the team's own stream has, or will have, the fact.

    `after` is the version of the team's stream that this was decided on. As long as the team has that
    version, it may still be put into the unit, so the unit is not closed.
    """

    unit: str
    team: str
    after: int = 0


UnitsEvent = UnitFormed | UnitRenamed | UnitMoved | UnitClosed | UnitReopened | UnitKeyNoted | TeamPlaced
