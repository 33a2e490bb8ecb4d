"""Releases as they are read: out only when they were published or held, on the tree they were made on."""

from datetime import timedelta

import pytest

from events.catalog.registry import Event
from events.catalog.team import TeamClosed, TeamMoved, TeamReopened
from events.catalog.units import UnitClosed, UnitFormed, UnitMoved, UnitReopened
from events.codec import UnknownEvent
from projections.views import releases
from rules.releases.model import WHOLE, Held
from tests.projections.views.given import facts, folded, read
from tests.releases import (
    DOCK,
    FIRST_DAY,
    NORTH,
    ORGANISATION,
    POLDER,
    QUAY,
    SOUTH,
    band,
    calm,
    cut_off,
    held,
    published,
    tree,
    understanding,
)

pytestmark = pytest.mark.postgres
STREAM = f"release-{ORGANISATION}"
UNITS = f"units-{ORGANISATION}"
WHOLE_LOG = [1_000]


def happened(database: str, *events: Event | tuple[str, Event]) -> None:
    streams = [event if isinstance(event, tuple) else (STREAM, event) for event in events]
    folded(database, releases.VIEW, facts(*streams))


def test_a_release_is_seen_when_it_was_published_or_held_and_not_before(database: str) -> None:
    happened(database, cut_off(1), *published(1)[:-1])
    assert read(database, releases.last, 12) == []
    assert read(database, releases.in_force, FIRST_DAY) is None
    happened(database, cut_off(1), *published(1), cut_off(2), *held(2), cut_off(3))
    assert [found.epoch for found in read(database, releases.last, 12)] == [2, 1]


def test_a_release_has_its_day_its_rules_its_participation_and_the_day_of_its_layout(database: str) -> None:
    happened(database, cut_off(1), *published(1), cut_off(2, positions=(7,)), *published(2))
    (found, _) = read(database, releases.last, 2)
    assert found == releases.Release(
        organisation=ORGANISATION,
        partition=0,
        epoch=2,
        on=FIRST_DAY + timedelta(days=90),
        policy="0" * 32,
        held=None,
        contributors=band(50, 99),
        contributors_on=FIRST_DAY,
        layout_since=FIRST_DAY,
        layout_positions=(1_000,),
        days={1: FIRST_DAY, 2: FIRST_DAY + timedelta(days=90)},
    )


def test_what_is_shown_is_read_by_cluster_and_the_regions_are_not_kept(database: str) -> None:
    happened(database, cut_off(1), *published(1))
    shown = read(database, releases.shown_of, 1)
    assert [(one.cluster, one.cells, one.terms) for one in sorted(shown, key=lambda each: each.cluster)] == [
        (of.cluster, of.cells, of.terms) for of in (calm(), understanding())
    ]
    assert read(database, releases.shown_of, 2) == []


def test_the_release_in_force_on_a_day_is_the_last_one_that_was_published(database: str) -> None:
    happened(database, cut_off(1), *published(1), cut_off(2), *held(2), cut_off(3), *published(3))

    def on(days: int) -> int | None:
        found = read(database, releases.in_force, FIRST_DAY + timedelta(days=days))
        return found.epoch if found else None

    assert [on(days) for days in (-1, 0, 89, 90, 179, 180, 5_000)] == [None, 1, 1, 1, 1, 3, 3]


def test_a_held_release_has_its_reason_and_shows_nothing(database: str) -> None:
    happened(database, cut_off(1), *held(1, Held.TOO_FEW))
    (found,) = read(database, releases.last, 12)
    assert (found.held, found.contributors, found.contributors_on) == (Held.TOO_FEW, None, None)
    assert read(database, releases.shown_of, 1) == []


def test_those_after_one_that_was_seen_come_in_order(database: str) -> None:
    events = [event for epoch in (1, 2, 3, 4) for event in (cut_off(epoch), *held(epoch))]
    happened(database, *events)
    assert [found.epoch for found in read(database, releases.after, 2)] == [3, 4]
    assert read(database, releases.after, 4) == []


def test_the_tree_is_that_of_the_cut_off(database: str) -> None:
    formed = tree()  # the ordinals 1 to 7
    happened(
        database,
        *formed,
        (UNITS, UnitMoved(unit=SOUTH, parent=NORTH)),
        (f"team-{DOCK}", TeamMoved(unit=SOUTH)),
        (f"team-{QUAY}", TeamClosed()),
    )
    before = read(database, releases.tree_at, [7])
    assert before[SOUTH] == before[NORTH] == WHOLE
    assert (before[DOCK], before[QUAY], before[POLDER]) == (NORTH, NORTH, SOUTH)
    after = read(database, releases.tree_at, WHOLE_LOG)
    assert (after[SOUTH], after[DOCK], after[POLDER]) == (NORTH, SOUTH, SOUTH)
    assert QUAY not in after
    assert read(database, releases.tree_at, [0]) == {}


def test_what_was_closed_and_opened_again_is_where_it_was(database: str) -> None:
    happened(
        database,
        *tree(),
        (f"team-{DOCK}", TeamClosed()),
        (f"team-{DOCK}", TeamReopened()),
        (UNITS, UnitFormed(unit="3" * 32, name="West", parent=NORTH)),
        (UNITS, UnitClosed(unit="3" * 32)),
        (UNITS, UnitReopened(unit="3" * 32)),
    )
    found = read(database, releases.tree_at, WHOLE_LOG)
    assert (found[DOCK], found["3" * 32]) == (NORTH, NORTH)


def test_a_team_whose_unit_is_closed_or_not_there_yet_is_below_the_nearest_one_above(database: str) -> None:
    west = "3" * 32
    happened(
        database,
        *tree(),
        (UNITS, UnitFormed(unit=west, name="West", parent=NORTH)),
        (UNITS, UnitClosed(unit=west)),
        (f"team-{DOCK}", TeamMoved(unit=west)),
        (f"team-{QUAY}", TeamMoved(unit="4" * 32)),
    )
    found = read(database, releases.tree_at, WHOLE_LOG)
    assert (found[DOCK], found[QUAY]) == (NORTH, WHOLE)


def test_what_a_newer_program_wrote_is_passed_over(database: str) -> None:
    happened(database, cut_off(1), *published(1), UnknownEvent(name="release.sung.v1", raw=b"{}"))
    assert [found.epoch for found in read(database, releases.last, 12)] == [1]
