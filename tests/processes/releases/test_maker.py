"""Releases are made on their dates from the log alone, and whatever stops a maker changes no byte."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from events.catalog.releases import (
    CapabilityCellsReleased,
    CapabilityReleased,
    ReleaseCutOff,
    ReleaseHeld,
)
from kit.postgres.connections import connect_own
from processes.releases import parts
from processes.releases.maker import key_of
from rules.commands import CommandResult
from rules.releases.model import WHOLE, Held
from services.contexts.releases.commands import CutOffRelease, ReleaseCommand
from services.decisions.refusals import TOO_LARGE
from tests.backends.postgres import fresh_database
from tests.processes.closing.house import CrashError, CrashPlan
from tests.processes.releases.house import DAY_1, EVERY_DAYS, ReleaseHouse, release_house

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]
STEPS = ("cut off", "kept", "published", "forgotten")


@pytest.fixture
def house(database: str) -> Iterator[ReleaseHouse]:
    with release_house(database) as house:
        yield house


def kinds(house: ReleaseHouse) -> list[str]:
    return [type(recorded.event).__name__ for recorded in house.stream()]


def test_nothing_happens_before_the_first_date(house: ReleaseHouse) -> None:
    house.until_due(days=EVERY_DAYS - 1)
    progress = house.maker().turn()
    assert (progress.waits, progress.due_on) == (False, None)
    assert str(DAY_1) in progress.sentence
    assert house.stream() == []


def test_on_its_date_a_release_is_cut_off_at_the_end_of_the_log_and_published(house: ReleaseHouse) -> None:
    house.until_due()
    ends = house.house.log.recorders[0].positions()
    house.caught_up()
    progress = house.maker().turn()
    assert not progress.waits
    assert str(DAY_1 + timedelta(days=EVERY_DAYS)) in progress.sentence
    cut, *cells, out = (recorded.event for recorded in house.stream())
    assert isinstance(cut, ReleaseCutOff)
    assert (cut.epoch, cut.on, cut.positions, cut.layout_epoch) == (1, DAY_1, ends, 1)
    assert isinstance(out, CapabilityReleased)
    assert cells
    shown = [cell for event in cells if isinstance(event, CapabilityCellsReleased) for cell in event.of.cells]
    assert any(cell.unit == WHOLE for cell in shown)
    assert out.contributors is not None
    assert out.contributors.low <= len(house.people) * 5 // 6 <= out.contributors.high


def test_its_events_have_its_day_on_the_log_and_one_cause(house: ReleaseHouse) -> None:
    house.until_due(days=EVERY_DAYS + 3)
    house.caught_up()
    house.maker().turn()
    assert {recorded.at.date() for recorded in house.stream()} == {DAY_1}
    assert len({recorded.by for recorded in house.stream()}) == 1


def test_dates_missed_while_the_processes_were_down_make_one_release(house: ReleaseHouse) -> None:
    house.until_due(days=3 * EVERY_DAYS + 10)
    house.caught_up()
    house.maker().turn()
    house.maker().turn()
    (cut,) = (r.event for r in house.stream() if isinstance(r.event, ReleaseCutOff))
    assert (cut.epoch, cut.on) == (1, DAY_1 + timedelta(days=2 * EVERY_DAYS))


def test_it_waits_until_the_view_has_passed_the_cut_off_and_goes_on_by_itself(house: ReleaseHouse) -> None:
    house.caught_up()
    house.until_due()
    house.join(house.teams[0])
    for _ in range(2):
        progress = house.maker().turn()
        assert progress.waits
        assert progress.due_on == DAY_1
        assert "has not passed the cut-off" in progress.sentence
        assert kinds(house) == ["ReleaseCutOff"]
    late = house.join(house.teams[1])
    house.caught_up()
    assert not house.maker().turn().waits
    assert kinds(house)[-1] == "CapabilityReleased"
    assert late in house.people, "who came after the cut-off is counted in the next release"


def test_somebody_parked_before_the_cut_off_makes_it_wait(house: ReleaseHouse) -> None:
    house.until_due()
    house.caught_up()
    with connect_own(house.house.log.url, application_name="test") as connection:
        connection.execute(
            "INSERT INTO views.parked SELECT view, version, partition, %s, 1, 'NoKeyError', now()"
            " FROM views.positions WHERE view = 'contributions' AND partition = 0",
            (house.people[0],),
        )
        progress = house.maker().turn()
        assert progress.waits
        assert "1 subjects are parked" in progress.sentence
        connection.execute("DELETE FROM views.parked")
    assert not house.maker().turn().waits
    assert kinds(house)[-1] == "CapabilityReleased"


def test_a_second_release_in_which_nothing_changed_is_held(house: ReleaseHouse) -> None:
    house.released()
    house.released()
    (held,) = (r.event for r in house.stream() if isinstance(r.event, ReleaseHeld))
    assert (held.epoch, held.reason) == (2, Held.UNCHANGED)
    for _ in range(12):
        house.join(house.teams[0])
    house.released()
    assert house.state().releases[2].held is None


def test_too_few_people_are_not_shown_and_the_tree_is_laid_out_when_they_are_enough(database: str) -> None:
    with release_house(database, teams=1, people=6) as house:
        house.released()
        assert house.state().releases[0].held == Held.TOO_FEW
        for _ in range(40):
            house.join(house.teams[0])
        house.released()
        assert (house.state().releases[1].held, house.state().releases[1].layout_epoch) == (None, 2)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(len(STEPS)), ids=STEPS)
def test_a_crash_at_any_step_loses_nothing_and_changes_no_byte(
    whole: ReleaseHouse, step: int, *, after: bool
) -> None:
    house = whole
    for _ in range(12):
        house.join(house.dice.choice(house.teams))
    house.until_due()
    house.caught_up()
    releases, plan = len(house.state().releases), CrashPlan(at=step, after=after)
    given = house.parts()
    made = plan.wrap(given.made, "keep", "forget")
    with pytest.raises(CrashError):
        house.maker(send=plan.wrap(given, "send").send, made=made).turn()
    assert not house.another().turn().waits
    assert len(house.state().releases) == releases + 1
    assert house.state().pending is None
    attempts = [writes for writes in house.attempts() if writes[-1][2] != "release.release-cut-off.v1"]
    assert len({writes[0][1] for writes in attempts}) == len(set(attempts)), "each attempt has the same bytes"
    house.maker().turn()
    assert house.made.of(key_of(house.state().cut_offs[releases + 1])) is None


@pytest.fixture(scope="module")
def whole(postgres_url: str) -> Iterator[ReleaseHouse]:
    with fresh_database(postgres_url) as url, release_house(url) as house:
        house.released()
        yield house


def test_a_release_that_does_not_fit_one_commit_comes_in_parts_that_any_process_can_go_on_with(
    house: ReleaseHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_each = parts.parts_of
    monkeypatch.setattr(parts, "parts_of", lambda clusters: one_each(clusters, bytes_max=1))
    house.until_due()
    house.caught_up()
    plan, given = CrashPlan(at=2, after=False), house.parts()
    with pytest.raises(CrashError):
        house.maker(send=plan.wrap(given, "send").send).turn()
    assert kinds(house) == ["ReleaseCutOff", "CapabilityCellsReleased"]
    assert house.state().releases == ()
    assert not house.another().turn().waits
    assert kinds(house) == ["ReleaseCutOff", *["CapabilityCellsReleased"] * 3, "CapabilityReleased"]
    (released,) = house.state().releases
    assert [of.cluster for of in released.clusters] == sorted(of.cluster for of in released.clusters)


def test_what_is_refused_for_good_is_said(house: ReleaseHouse) -> None:
    house.until_due()
    house.caught_up()
    given = house.parts()

    def send(command: ReleaseCommand, *, occasion: str) -> Any:
        result = given.send(command, occasion=occasion)
        refusal = CommandResult(command_id="", outcome="REFUSED", refusals=(TOO_LARGE,))
        return result if isinstance(command, CutOffRelease) else refusal

    progress = house.maker(send=send).turn()
    assert progress.waits
    assert TOO_LARGE.en in progress.sentence
