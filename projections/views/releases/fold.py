"""How each event changes the rows of releases."""

from events.catalog.registry import Event
from events.catalog.releases import (
    CapabilityCellsReleased,
    CapabilityReleased,
    ReleaseCutOff,
    ReleaseHeld,
)
from events.catalog.team import TeamClosed, TeamFormed, TeamMoved, TeamReopened
from events.catalog.units import UnitClosed, UnitFormed, UnitMoved, UnitReopened
from projections.changes import Changes, as_json
from projections.view import Fact
from projections.views.releases.tables import CLUSTERS, PLACES, RELEASES
from rules.releases.model import WHOLE


def fold(fact: Fact, changes: Changes) -> None:
    """Keep a row for each release, each cluster that it shows, and each change of the tree of units."""
    event = fact.recorded.event
    match event:
        case ReleaseCutOff(epoch=epoch):
            about = {"on_day": event.on, "policy": event.policy, "layout_epoch": event.layout_epoch}
            not_yet = {"is_out": False, "held": None, "contributors": None, "contributors_epoch": None}
            changes.put(RELEASES, epoch=epoch, positions=as_json(event.positions), **about, **not_yet)
        case CapabilityCellsReleased(epoch=epoch, of=of):
            shown = {"cells": as_json(of.cells), "terms": as_json(of.terms)}
            changes.put(CLUSTERS, epoch=epoch, cluster=of.cluster, **shown)
        case CapabilityReleased(epoch=epoch, contributors=band, contributors_epoch=of):
            contributors = None if band is None else as_json(band)
            changes.set(RELEASES, epoch=epoch, is_out=True, contributors=contributors, contributors_epoch=of)
        case ReleaseHeld(epoch=epoch, reason=reason):
            changes.set(RELEASES, epoch=epoch, is_out=True, held=reason.value)
        case _:
            _fold_place(event, fact, changes)


def _fold_place(event: Event, fact: Fact, changes: Changes) -> None:
    """Keep where a unit or team is; the whole organisation is the parent of what is at the top."""
    team = fact.subject
    place: tuple[str, str | None, bool | None]
    match event:
        case UnitFormed(unit=unit, parent=parent):
            place = (unit, parent or WHOLE, False)
        case UnitMoved(unit=unit, parent=parent):
            place = (unit, parent or WHOLE, None)
        case UnitClosed(unit=unit):
            place = (unit, None, True)
        case UnitReopened(unit=unit):
            place = (unit, None, False)
        case TeamFormed(unit=parent):
            place = (team, parent, False)
        case TeamMoved(unit=parent):
            place = (team, parent, None)
        case TeamClosed():
            place = (team, None, True)
        case TeamReopened():
            place = (team, None, False)
        case _:  # names and keys, which are shown as they are today, and events of a newer program
            return
    unit, parent, closed = place
    changes.put(PLACES, unit=unit, ordinal=fact.ordinal, parent=parent, closed=closed)
