"""Privacy rule 22: a mirror computed again agrees, differs, or is no longer possible, on real stores."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from eventsourcing.persistence import EventStore

from events.privacy.mirror_keys import KEPT_DAYS
from kit.clock import Calendar
from processes.closing.recompute import MirrorRecomputing
from processes.keeper.closing import ClosedRound
from rules.audit.recomputation import Recomputation
from rules.feedback.mirror import MeanBand, MirrorContents
from rules.feedback.questions import Perspective
from tests.processes.closing.house import NOW, ZONE, ClosingHouse, OneRound
from tests.processes.keeper.rounds import TERM, answers

pytestmark = pytest.mark.postgres


class Cheating:
    """A keeper that changes what it closes."""

    def __init__(self, keeper: Any, **changes: Any) -> None:
        self._keeper, self._changes = keeper, changes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._keeper, name)

    def close(self, *args: Any, **kwargs: Any) -> ClosedRound:
        closed: ClosedRound = self._keeper.close(*args, **kwargs)
        changes = {name: change(getattr(closed, name)) for name, change in self._changes.items()}
        return msgspec.structs.replace(closed, **changes)


def closed(house: ClosingHouse, **changes: Any) -> OneRound:
    """Close a round that seven of ten answer, with a keeper that changes its mirror or its rows."""
    one = house.opened({Perspective.PEER: 7, Perspective.REPORT: 3})
    for number, rater in enumerate((*one.raters[:4], *one.raters[7:])):
        given = answers(number % 5 + 1, f"tekst {number}", TERM, rare=number % 3 + 1)
        assert rater.gives(house.keeper, given) == "KEPT"
    house.begin_closing(one)
    house.closer(lambda parts: replace(parts, keeper=Cheating(parts.keeper, **changes))).turn()
    assert len(house.rows(one)) == 10
    return one


def recomputed(house: ClosingHouse, one: OneRound) -> Recomputation | None:
    recomputing = MirrorRecomputing(
        store=EventStore(house.mapper, house.recorder),
        mirror_keys=house.mirror_keys,
        organisation=house.vault.organisation,
        calendar=Calendar(clock=house.clock, zone=ZONE),
    )
    return recomputing.recompute(one.subject, one.round)


def other_mean(contents: MirrorContents) -> MirrorContents:
    row, *rows = contents.rows
    cell = msgspec.structs.replace(row.cells[0], mean=MeanBand.FROM_4_5)
    return msgspec.structs.replace(
        contents, rows=(msgspec.structs.replace(row, cells=(cell, *row.cells[1:])), *rows)
    )


def test_rule_22_a_mirror_agrees_for_thirty_days_and_then_its_rows_are_unreadable(
    house: ClosingHouse,
) -> None:
    one = closed(house)
    assert recomputed(house, OneRound(one.subject, "9" * 32, ())) is None
    assert recomputed(house, one) is Recomputation.AGREES
    house.clock.advance(timedelta(days=KEPT_DAYS - 1))
    assert recomputed(house, one) is Recomputation.AGREES
    house.clock.advance(timedelta(days=1))
    assert house.mirror_keys.key_of(one.round) is not None, "no closer destroyed it yet"
    assert recomputed(house, one) is Recomputation.NO_LONGER_POSSIBLE
    house.clock.advance(-timedelta(days=KEPT_DAYS))
    assert recomputed(house, one) is Recomputation.AGREES
    house.mirror_keys.destroy_due(NOW.date() + timedelta(days=KEPT_DAYS))
    assert recomputed(house, one) is Recomputation.NO_LONGER_POSSIBLE


def test_rule_22_a_mirror_that_its_rows_do_not_give_differs_and_one_of_a_forgotten_person_is_gone(
    house: ClosingHouse,
) -> None:
    assert recomputed(house, closed(house, contents=other_mean)) is Recomputation.DIFFERS
    swapped = closed(house, rows=lambda rows: (rows[0][::-1], *rows[1:]))
    assert recomputed(house, swapped) is Recomputation.DIFFERS
    one = closed(house)
    house.vault.destroy(one.subject)
    assert recomputed(house, one) is Recomputation.NO_LONGER_POSSIBLE
