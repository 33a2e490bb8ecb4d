"""How questions of lenses are answered reaches the log once a day, in words, and of no single round."""

from datetime import timedelta

import pytest

from events.catalog.quality import QuestionMeasured
from events.streams import Stream
from kit.health import Health
from processes.closing.loop import KEYS_EVERY_S
from rules.feedback.mirror import Portion
from rules.feedback.quality import ROUNDS_MIN
from rules.feedback.questions import Perspective
from services.feedback.keeper import KeeperUnavailableError
from tests.processes.closing.house import ClosingHouse
from tests.processes.closing.test_loop import loop_of
from tests.processes.keeper.rounds import OPEN, PICK, RARE, SCALE, answers

pytestmark = pytest.mark.postgres
PEER = Perspective.PEER


def rounds_ended(house: ClosingHouse, number: int) -> None:
    for _ in range(number):
        one = house.opened({PEER: 4})
        for rater in one.raters:
            rater.gives(house.keeper, answers(4, "iets"))
        house.begin_closing(one)
    closer = house.closer()
    assert closer.turn() == ()


def measured(house: ClosingHouse) -> list[QuestionMeasured]:
    found = [one.event for one in house.events(Stream("quality", house.organisation).name)]
    return [event for event in found if isinstance(event, QuestionMeasured)]


def test_figures_are_noted_once_a_day_and_only_those_that_moved(house: ClosingHouse) -> None:
    """By two closers at once, and one that starts again on the same day."""
    first, second = house.closer(), house.closer()
    rounds_ended(house, ROUNDS_MIN - 1)
    first.note_quality()
    assert measured(house) == []
    rounds_ended(house, 1)
    first.note_quality()
    assert measured(house) == [], "not on a day on which it was noted"
    house.clock.advance(timedelta(days=1))
    for closer in (first, second, house.closer()):
        closer.note_quality()
    noted = {event.question: (event.answered, event.not_seen) for event in measured(house)}
    assert len(measured(house)) == len(noted)
    assert noted == {
        SCALE.question: (Portion.MOST, Portion.FEW),
        RARE.question: (Portion.FEW, Portion.FEW),
        PICK.question: (Portion.FEW, None),
        OPEN.question: (Portion.MOST, None),
    }
    for _ in range(ROUNDS_MIN - 1):
        house.clock.advance(timedelta(days=1))
        rounds_ended(house, 1)
        first.note_quality()
        assert len(measured(house)) == 4
    house.clock.advance(timedelta(days=1))
    rounds_ended(house, 1)
    first.note_quality()
    assert len(measured(house)) == 8


def test_a_keeper_that_lost_its_sums_begins_anew(house: ClosingHouse) -> None:
    before = len(measured(house))
    (house.folder / "sums").unlink()
    rounds_ended(house, ROUNDS_MIN - 1)
    house.clock.advance(timedelta(days=1))
    house.closer().note_quality()
    assert len(measured(house)) == before
    rounds_ended(house, 1)
    house.closer().note_quality()
    assert len(measured(house)) == before + 4


def test_a_keeper_that_has_no_figures_to_give_holds_up_no_round(
    house: ClosingHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise KeeperUnavailableError("away")

    health = Health(house.clock)
    loop = loop_of(house, health)
    monkeypatch.setattr(house.keeper, "figures", away)
    house.clock.advance(timedelta(days=1, seconds=KEYS_EVERY_S))
    loop.turn()
    assert {name: finding.state for name, finding in health.findings().items()} == {
        "closer": "ok",
        "round keys": "ok",
    }
