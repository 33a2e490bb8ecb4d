"""Opening a round: its gates, and what is frozen from then on (privacy rules 3, 4, 10 and 23)."""

from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from events.catalog.employment import EmploymentEnded
from events.catalog.portfolio.life import PortfolioPaused
from events.catalog.rounds import RaterInvited, RoundCancelled, RoundExtended
from rules.feedback.questions import Perspective, RoundFloors
from services.contexts.rounds.commands import OpenRound
from services.contexts.rounds.opening import months_after
from services.contexts.rounds.state import Rounds
from services.decisions.command import DecisionContext
from tests.services.contexts.rounds.house import (
    AT_WORK,
    CLOSED,
    CLOSES_AT,
    CLOSING,
    FLOORS,
    HERE,
    KEY,
    LENS_FOUND,
    OPEN,
    POLICY,
    PREPARED,
    READY,
    ROUND,
    RULES,
    invited,
    opened,
)
from tests.spec import TODAY, folded, given

COMMAND = OpenRound(round_id=ROUND)
BEFORE = "f" * 32
"""An earlier round."""


def with_rules(**changes: object) -> DecisionContext:
    return replace(AT_WORK, rules=replace(RULES, **changes))


def test_opening_freezes_policy_promise_floors_key_and_end() -> None:
    given(*READY).when(COMMAND, AT_WORK).then(opened())
    floors = RoundFloors(raters=4, clients=6, comments=5)
    (event,) = given(*READY, *invited(report=4)).when(COMMAND, with_rules(floors=floors)).events()
    assert event == replace(opened(), floors=floors)
    state = folded(COMMAND, (*READY, event))
    assert isinstance(state, Rounds)
    frozen = state.rounds[ROUND]
    assert (frozen.floors, frozen.opened_on, frozen.closes_at) == (floors, TODAY, CLOSES_AT)
    assert (frozen.promise_version, frozen.public_key) == (1, KEY.public_key)
    assert opened().policy == POLICY


def test_rule_23_without_policy_consent_or_dpia_no_round_opens_each_said_for_itself() -> None:
    given(*READY).when(COMMAND, replace(AT_WORK, rules=None)).refused("NOT_CONSENTED")
    given(*READY).when(COMMAND, with_rules(consented=False)).refused("NOT_CONSENTED")
    given(*READY).when(COMMAND, with_rules(assessed=False)).refused("NOT_CONSENTED")
    given(*READY).when(COMMAND, with_rules(consented=False, assessed=False)).refused(
        "NOT_CONSENTED", "NOT_CONSENTED"
    )


def test_a_lens_that_was_withdrawn_meanwhile_opens_no_round() -> None:
    for lens in (None, replace(LENS_FOUND, withdrawn=True)):
        given(*READY).when(COMMAND, replace(AT_WORK, lens=lens)).refused("WRONG_STATE")


def test_a_round_without_its_key_does_not_open() -> None:
    given(*READY).when(COMMAND, replace(AT_WORK, round_key=None)).refused("CHANGED_MEANWHILE")


@pytest.mark.parametrize(
    "people",
    [
        {"peer": 3},
        {"client": 5},
        {"peer": 3, "lead": 1},
        {"lead": 3},
        {"peer": 2, "report": 2},
        {"peer": 3, "client": 2},
        {"peer": 2, "client": 3},
        {"lead": 2, "peer": 2},
    ],
)
def test_rule_4_each_side_has_nobody_or_two_and_one_side_or_all_together_can_reach_a_floor(
    people: Mapping[str, int],
) -> None:
    assert given(*HERE, PREPARED, *invited(**people)).when(COMMAND, AT_WORK).events()


@pytest.mark.parametrize(
    "people",
    [
        {},
        {"lead": 1},
        {"peer": 1},
        {"peer": 3, "client": 1},
        {"peer": 3, "report": 1, "lead": 1},
        {"peer": 2},
        {"client": 4},
        {"peer": 2, "lead": 1},
        {"client": 2, "partner": 2},
    ],
)
def test_rule_4_too_few_raters_open_nothing(people: Mapping[str, int]) -> None:
    given(*HERE, PREPARED, *invited(**people)).when(COMMAND, AT_WORK).refused("TOO_FEW_RATERS")


def test_rule_3_a_lead_who_is_asked_alone_is_attributed_and_two_are_not() -> None:
    one = invited(peer=3, lead=1)
    given(*HERE, PREPARED, *one).when(COMMAND, AT_WORK).then(opened(attributed=one[-1].invitation))
    given(*HERE, PREPARED, *invited(peer=3, lead=2)).when(COMMAND, AT_WORK).then(opened())
    assert isinstance(one[-1], RaterInvited)
    assert one[-1].perspective is Perspective.LEAD


def test_rule_10_a_round_opens_half_a_year_after_the_last_one_cancelled_ones_included() -> None:
    last = opened(BEFORE, on=TODAY)
    for earlier in (
        (replace(PREPARED, round=BEFORE), last, RoundCancelled(round=BEFORE)),
        (replace(PREPARED, round=BEFORE), last, RoundCancelled(round=BEFORE, reason="portfolio_closed")),
    ):
        history = (*HERE, *earlier, PREPARED, *invited(peer=3))
        given(*history).when(COMMAND, AT_WORK).refused("LIMIT_REACHED")
        later = months_after(TODAY, 6)
        context = replace(AT_WORK, today=later - timedelta(days=1))
        given(*history).when(COMMAND, context).refused("LIMIT_REACHED")
        assert given(*history).when(COMMAND, replace(AT_WORK, today=later)).events()
        longer = replace(with_rules(months_between_rounds=12), today=later)
        given(*history).when(COMMAND, longer).refused("LIMIT_REACHED")


def test_a_round_that_lost_its_key_or_never_opened_takes_no_half_year() -> None:
    lost = (replace(PREPARED, round=BEFORE), opened(BEFORE), RoundCancelled(round=BEFORE, reason="key_lost"))
    never = (replace(PREPARED, round=BEFORE), RoundCancelled(round=BEFORE))
    for earlier in (lost, never):
        assert given(*HERE, *earlier, PREPARED, *invited(peer=3)).when(COMMAND, AT_WORK).events()


def test_while_somebody_on_the_list_has_left_the_round_does_not_open() -> None:
    gone = replace(AT_WORK, raters_gone=frozenset({invited(peer=1)[0].invitation}))
    given(*READY).when(COMMAND, gone).refused("RATER_NOT_AVAILABLE")


def test_the_end_must_still_be_a_day_ahead_and_more_time_helps() -> None:
    late = replace(AT_WORK, now=CLOSES_AT - timedelta(hours=23))
    given(*READY).when(COMMAND, late).refused("INVALID_INPUT", fields=["closesAt"])
    extended = RoundExtended(round=ROUND, closes_at=CLOSES_AT + timedelta(days=1))
    (event,) = given(*READY, extended).when(COMMAND, late).events()
    assert event == opened(closes_at=extended.closes_at)


def test_only_a_prepared_round_opens_for_somebody_who_works_here() -> None:
    for history in (OPEN, CLOSING, CLOSED, (*READY, RoundCancelled(round=ROUND))):
        given(*history).when(COMMAND, AT_WORK).refused("WRONG_STATE")
    given(*HERE).when(COMMAND, AT_WORK).refused("NOT_FOUND")
    given(*READY, PortfolioPaused()).when(COMMAND, AT_WORK).refused("WRONG_STATE")
    given(*READY, EmploymentEnded(on=TODAY)).when(COMMAND, AT_WORK).refused("WRONG_STATE")


def test_all_that_hinders_opening_is_said_at_once() -> None:
    given(HERE[0], PREPARED).when(COMMAND, with_rules(consented=False)).refused(
        "WRONG_STATE", "NOT_CONSENTED", "TOO_FEW_RATERS"
    )


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 24), 6, date(2027, 5, 24)),
        (date(2026, 8, 31), 6, date(2027, 3, 1)),
        (date(2027, 8, 31), 6, date(2028, 3, 1)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 6, 30), 6, date(2026, 12, 30)),
        (date(2026, 1, 31), 60, date(2031, 1, 31)),
    ],
)
def test_months_end_on_the_same_day_or_the_first_after(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


def test_floors_of_the_round_stay_when_the_policy_changes() -> None:
    state = folded(COMMAND, OPEN)
    assert state.rounds[ROUND].floors == FLOORS
