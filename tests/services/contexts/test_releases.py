"""Commands on releases: cut off on their dates, and each published or held once (privacy rules 16 and 17)."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from events.catalog.registry import Event
from events.catalog.releases import (
    CapabilityCellsReleased,
    CapabilityReleased,
    ReleaseCutOff,
    ReleaseHeld,
)
from kit.errors import NotFoundError
from rules.releases.dates import due_on, next_on
from rules.releases.model import (
    WHOLE,
    ClusterRelease,
    CountBand,
    Held,
    Region,
    Release,
    ReleasedCell,
    ReleaseFloors,
)
from services.contexts.releases.commands import CutOffRelease, HoldRelease, PublishRelease, ReleaseCells
from services.decisions.command import Command, DecisionContext
from services.decisions.releases import ReleaseRules
from services.handling.registry import read_command
from tests.spec import CONTEXT, folded, given

FIRST_ADOPTED = date(2026, 1, 5)
DAY_1 = FIRST_ADOPTED + timedelta(days=90)
DAY_2 = DAY_1 + timedelta(days=90)
FLOORS = ReleaseFloors(organisation=5, energy=10, change=5)
RULES = ReleaseRules(
    policy="9" * 32,
    floors=FLOORS,
    every_days=90,
    first_adopted_on=FIRST_ADOPTED,
    positions=(12, 0, 7),
)
BAND = CountBand(low=5, high=9)


def on(day: date, rules: ReleaseRules | None = RULES) -> DecisionContext:
    return replace(CONTEXT, today=day, releases=rules)


def cut(epoch: int, day: date, layout_epoch: int = 1) -> ReleaseCutOff:
    return ReleaseCutOff(
        epoch=epoch,
        on=day,
        policy=RULES.policy,
        positions=RULES.positions,
        floors=FLOORS,
        layout_epoch=layout_epoch,
    )


def of(cluster: str) -> ClusterRelease:
    cell = ReleasedCell(unit=WHOLE, cluster=cluster, holders=BAND, epoch=1)
    region = Region(unit=WHOLE, epoch=1, value=7)
    return ClusterRelease(cluster=cluster, regions=(region,), cells=(cell,), terms=())


CUT_1 = cut(1, DAY_1)
CALM, MAKING = of("calm"), of("making")
PUBLISHED_1 = (CUT_1, CapabilityCellsReleased(epoch=1, of=CALM), CapabilityReleased(epoch=1))
HELD_1 = (CUT_1, ReleaseHeld(epoch=1, reason=Held.TOO_FEW))
CUT_OFF_1 = CutOffRelease(epoch=1, on=DAY_1)


def test_the_first_release_is_so_many_days_after_the_first_policy() -> None:
    given().when(CUT_OFF_1, on(DAY_1 - timedelta(days=1))).refused("WRONG_STATE", fields=["on"])
    given().when(CUT_OFF_1, on(DAY_1)).then(CUT_1)
    given().when(CUT_OFF_1, on(DAY_2 - timedelta(days=1))).then(CUT_1)
    given().when(CUT_OFF_1, on(DAY_1, rules=None)).refused("WRONG_STATE")


def test_the_next_one_is_so_many_days_after_the_last_by_the_policy_in_force() -> None:
    command = CutOffRelease(epoch=2, on=DAY_2)
    given(*HELD_1).when(command, on(DAY_2 - timedelta(days=1))).refused("WRONG_STATE", fields=["on"])
    given(*PUBLISHED_1).when(command, on(DAY_2)).then(cut(2, DAY_2))
    sooner, day = replace(RULES, every_days=30), DAY_1 + timedelta(days=30)
    given(*PUBLISHED_1).when(CutOffRelease(epoch=2, on=day), on(day, sooner)).then(cut(2, day))


def test_dates_that_were_missed_make_one_release_of_the_latest() -> None:
    today = DAY_1 + timedelta(days=200)
    latest = DAY_1 + timedelta(days=180)
    given().when(CUT_OFF_1, on(today)).refused("WRONG_STATE", fields=["on"])
    given().when(CutOffRelease(epoch=1, on=latest), on(today)).then(cut(1, latest))


@pytest.mark.parametrize("late", range(0, 400, 7))
def test_what_is_due_is_always_the_latest_day_of_the_row(late: int) -> None:
    following = next_on(first_adopted_on=FIRST_ADOPTED, last_on=None, every_days=90)
    today = following + timedelta(days=late)
    row = [following + timedelta(days=90 * number) for number in range(10)]
    assert due_on(following, today=today, every_days=90) == max(day for day in row if day <= today)


def test_nothing_is_cut_off_while_the_one_before_has_no_result() -> None:
    given(CUT_1).when(CutOffRelease(epoch=2, on=DAY_2), on(DAY_2)).refused("WRONG_STATE")
    given(*PUBLISHED_1).when(CUT_OFF_1, on(DAY_1)).refused("ALREADY_SO")
    given(CUT_1).when(CUT_OFF_1, on(DAY_1)).refused("ALREADY_SO")
    given(*PUBLISHED_1).when(CutOffRelease(epoch=3, on=DAY_2), on(DAY_2)).refused(
        "WRONG_STATE", fields=["epoch"]
    )


def test_where_the_log_is_cut_is_looked_up_and_never_sent() -> None:
    longer = replace(RULES, positions=(900, 800, 700))
    given().when(CUT_OFF_1, on(DAY_1, longer)).then(replace(CUT_1, positions=(900, 800, 700)))
    assert not {"positions", "floors", "policy"} & set(CutOffRelease.__struct_fields__)


def test_a_release_is_published_with_all_its_cells_or_held_with_the_reason() -> None:
    publish = PublishRelease(
        epoch=1, on=DAY_1, clusters=(CALM, MAKING), contributors=BAND, contributors_epoch=1
    )
    given(CUT_1).when(publish).then(
        CapabilityCellsReleased(epoch=1, of=CALM),
        CapabilityCellsReleased(epoch=1, of=MAKING),
        CapabilityReleased(epoch=1, contributors=BAND, contributors_epoch=1),
    )
    hold = HoldRelease(epoch=1, on=DAY_1, reason=Held.UNCHANGED)
    given(CUT_1).when(hold).then(ReleaseHeld(epoch=1, reason=Held.UNCHANGED))


RESULTS: tuple[Command, ...] = (
    PublishRelease(epoch=1, on=DAY_1, clusters=(CALM,)),
    HoldRelease(epoch=1, on=DAY_1, reason=Held.TOO_FEW),
    ReleaseCells(epoch=1, on=DAY_1, clusters=(CALM,)),
)


@pytest.mark.parametrize("command", RESULTS)
@pytest.mark.parametrize("done", [PUBLISHED_1, HELD_1, (*HELD_1, cut(2, DAY_2, 2))])
def test_there_is_one_result(command: Command, done: tuple[Event, ...]) -> None:
    given(*done).when(command).refused("ALREADY_SO")
    given().when(command).refused("WRONG_STATE", fields=["epoch"])
    given(replace(CUT_1, on=DAY_2)).when(command).refused("WRONG_STATE", fields=["epoch"])


def test_a_large_release_comes_in_parts_each_once() -> None:
    part = ReleaseCells(epoch=1, on=DAY_1, clusters=(CALM,))
    noted = CapabilityCellsReleased(epoch=1, of=CALM)
    given(CUT_1).when(part).then(noted)
    given(CUT_1, noted).when(part).refused("ALREADY_SO")
    given(CUT_1, noted).when(PublishRelease(epoch=1, on=DAY_1, clusters=(MAKING,))).then(
        CapabilityCellsReleased(epoch=1, of=MAKING), CapabilityReleased(epoch=1)
    )


def test_the_stream_has_the_releases_that_the_rules_are_given() -> None:
    noted = (CapabilityCellsReleased(epoch=2, of=CALM), CapabilityCellsReleased(epoch=2, of=MAKING))
    done = CapabilityReleased(epoch=2, contributors=BAND, contributors_epoch=2)
    state = folded(CUT_OFF_1, (*HELD_1, cut(2, DAY_2, 2), *noted, done))
    assert state.releases == (
        Release(epoch=1, layout_epoch=1, held=Held.TOO_FEW),
        Release(epoch=2, layout_epoch=2, contributors=BAND, contributors_epoch=2, clusters=(CALM, MAKING)),
    )
    assert (state.pending, state.layout_epoch, state.last_on) == (None, 2, DAY_2)


def test_units_are_laid_out_on_the_tree_of_the_first_release_that_was_published() -> None:
    """While everything is held, nobody has seen a layout that the next one must be safe together with."""
    later = CutOffRelease(epoch=2, on=DAY_2)
    given(*HELD_1).when(later, on(DAY_2)).then(cut(2, DAY_2, layout_epoch=2))
    given(*PUBLISHED_1).when(later, on(DAY_2)).then(cut(2, DAY_2, layout_epoch=1))


def test_units_are_not_laid_out_anew_within_a_year_nor_later_in_this_version() -> None:
    anew = CutOffRelease(epoch=2, on=DAY_2, new_layout=True)
    given(*PUBLISHED_1).when(anew, on(DAY_2)).refused("WRONG_STATE", fields=["newLayout"])
    year_later = DAY_1 + timedelta(days=450)
    anew = replace(anew, on=year_later)
    given(*PUBLISHED_1).when(anew, on(year_later)).refused("WRONG_STATE", fields=["newLayout"])
    given(*HELD_1).when(replace(anew, on=DAY_2), on(DAY_2)).then(cut(2, DAY_2, layout_epoch=2))


def test_only_a_process_sends_them() -> None:
    for command in (CutOffRelease, ReleaseCells, PublishRelease, HoldRelease):
        with pytest.raises(NotFoundError):
            read_command(command.wire_name(), {})
