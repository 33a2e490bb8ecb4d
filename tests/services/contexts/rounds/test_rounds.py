"""Rounds that run: own answers, more time, reminders, closing, cancelling, and what processes do."""

from datetime import UTC, timedelta

import pytest
from msgspec.structs import replace

from events.catalog.employment import EmploymentEnded
from events.catalog.portfolio.life import PortfolioPaused
from events.catalog.registry import Event
from events.catalog.rounds import (
    ReminderSent,
    RoundCancelled,
    RoundClosing,
    RoundExtended,
    SelfMirrorFilled,
)
from kit.ids import new_id
from rules.feedback.answers import Answer, GivenAnswer, Value
from rules.feedback.questions import QUESTIONS_MAX
from services.contexts.rounds.commands import (
    CancelLostRound,
    CancelRound,
    CloseDueRound,
    CloseRound,
    ExtendRound,
    FillSelfMirror,
    RemindRaters,
)
from services.contexts.rounds.preparing import DAYS_AHEAD_MAX
from services.contexts.rounds.running import DAYS_OPEN_MAX, REMINDERS_MAX
from services.decisions.command import Command, SharedTerm
from tests.services.contexts.rounds.house import (
    AT_WORK,
    CLOSED,
    CLOSES_AT,
    CLOSING,
    HERE,
    OPEN,
    OPEN_QUESTION,
    PICK,
    READY,
    ROUND,
    SCALE,
    opened,
)
from tests.spec import NOW, PERSON, TODAY, given

CANCELLED: tuple[Event, ...] = (*OPEN, RoundCancelled(round=ROUND))
TERM = "9" * 32
ADOPTED = replace(AT_WORK, terms={TERM: SharedTerm(term=TERM, nl="Rust", en="Calm", state="ADOPTED")})
CLOSE, CANCEL, REMIND = CloseRound(round_id=ROUND), CancelRound(round_id=ROUND), RemindRaters(round_id=ROUND)
DUE = CloseDueRound(subject=PERSON, round_id=ROUND)
LOST = CancelLostRound(subject=PERSON, round_id=ROUND)


def answer(question: str, **value: object) -> GivenAnswer:
    return GivenAnswer(question_id=question, value=Value(**value))  # type: ignore[arg-type]


def fill(*answers: GivenAnswer) -> FillSelfMirror:
    return FillSelfMirror(round_id=ROUND, answers=answers)


FULL = fill(
    answer(SCALE, scale=4), answer(OPEN_QUESTION, text=" Meer rust. "), answer(PICK, term_ids=(TERM,))
)
FILLED = SelfMirrorFilled(
    round=ROUND,
    answers=(
        Answer(question=SCALE, scale=4),
        Answer(question=OPEN_QUESTION, text="Meer rust."),
        Answer(question=PICK, terms=(TERM,)),
    ),
)


def test_the_subject_fills_the_own_mirror_before_and_while_raters_answer() -> None:
    for history in (READY, OPEN, (*OPEN, PortfolioPaused())):
        given(*history).when(FULL, ADOPTED).then(FILLED)
    given(*OPEN, FILLED).when(FULL, ADOPTED).refused("ALREADY_SO", fields=["answers"])
    given(*OPEN, FILLED).when(fill(answer(SCALE, scale=2)), ADOPTED).then(
        SelfMirrorFilled(round=ROUND, answers=(Answer(question=SCALE, scale=2),))
    )


def test_own_answers_must_fit_the_lens_and_every_fault_is_named() -> None:
    wrong = fill(answer(SCALE, scale=6), answer(new_id(), scale=1), answer(OPEN_QUESTION, scale=3))
    given(*OPEN).when(wrong, ADOPTED).refused(
        *["INVALID_INPUT"] * 3, fields=["answers.0", "answers.1", "answers.2"]
    )
    given(*OPEN).when(FULL, AT_WORK).refused("NOT_FOUND", fields=["answers"])
    retired = replace(AT_WORK, terms={TERM: replace(ADOPTED.terms[TERM], state="RETIRED")})
    given(*OPEN).when(FULL, retired).refused("NOT_FOUND", fields=["answers"])
    assert [refusal.code for refusal in fill().refusals()] == ["INVALID_INPUT"]
    many = fill(*(answer(new_id(), scale=1) for _ in range(QUESTIONS_MAX + 1)))
    assert [refusal.code for refusal in many.refusals()] == ["INVALID_INPUT"]


def test_raters_get_more_time_up_to_ninety_days_after_opening() -> None:
    later = CLOSES_AT + timedelta(days=7)
    given(*OPEN).when(ExtendRound(round_id=ROUND, closes_at=later.astimezone(NOW.tzinfo)), AT_WORK).then(
        RoundExtended(round=ROUND, closes_at=later)
    )
    opened_on = TODAY - timedelta(days=2)
    last = NOW.replace(hour=23) + timedelta(days=DAYS_OPEN_MAX - 2)
    assert last.date() - opened_on == timedelta(days=DAYS_OPEN_MAX)
    assert given(*OPEN).when(ExtendRound(round_id=ROUND, closes_at=last), AT_WORK).events()
    beyond = ExtendRound(round_id=ROUND, closes_at=last + timedelta(hours=1))
    given(*OPEN).when(beyond, AT_WORK).refused("LIMIT_REACHED", fields=["closesAt"])


def test_more_time_is_never_less_and_never_past() -> None:
    for closes_at in (CLOSES_AT, CLOSES_AT - timedelta(hours=1)):
        given(*OPEN).when(ExtendRound(round_id=ROUND, closes_at=closes_at), AT_WORK).refused("INVALID_INPUT")
    late = replace(AT_WORK, now=CLOSES_AT + timedelta(hours=2))
    given(*OPEN).when(ExtendRound(round_id=ROUND, closes_at=CLOSES_AT + timedelta(hours=1)), late).refused(
        "INVALID_INPUT"
    )


def test_a_prepared_round_is_moved_up_to_sixty_days_ahead() -> None:
    last = NOW + timedelta(days=DAYS_AHEAD_MAX)
    given(*READY).when(ExtendRound(round_id=ROUND, closes_at=last), AT_WORK).then(
        RoundExtended(round=ROUND, closes_at=last.astimezone(UTC))
    )
    beyond = ExtendRound(round_id=ROUND, closes_at=last + timedelta(seconds=1))
    given(*READY).when(beyond, AT_WORK).refused("INVALID_INPUT")


def test_all_are_reminded_once_a_day_and_three_times_at_most() -> None:
    history = list(OPEN)
    for number in range(1, REMINDERS_MAX + 1):
        context = replace(AT_WORK, today=TODAY + timedelta(days=number))
        sent = ReminderSent(round=ROUND, number=number, on=context.today)
        given(*history).when(REMIND, context).then(sent)
        history.append(sent)
        given(*history).when(REMIND, context).refused("LIMIT_REACHED")
    after = replace(AT_WORK, today=TODAY + timedelta(days=REMINDERS_MAX + 1))
    given(*history).when(REMIND, after).refused("LIMIT_REACHED")


def test_nobody_is_reminded_on_the_day_of_the_first_mail_or_after_the_time() -> None:
    given(*READY, opened(on=TODAY)).when(REMIND, AT_WORK).refused("LIMIT_REACHED")
    given(*OPEN).when(REMIND, replace(AT_WORK, now=CLOSES_AT)).refused("WRONG_STATE")


def test_rule_9_a_round_closes_by_its_subject_or_by_its_date_and_never_before() -> None:
    given(*OPEN).when(CLOSE, AT_WORK).then(RoundClosing(round=ROUND))
    given(*OPEN).when(DUE, replace(AT_WORK, now=CLOSES_AT)).then(RoundClosing(round=ROUND, by_date=True))
    given(*OPEN).when(DUE, replace(AT_WORK, now=CLOSES_AT - timedelta(seconds=1))).refused("WRONG_STATE")
    extended = RoundExtended(round=ROUND, closes_at=CLOSES_AT + timedelta(days=1))
    given(*OPEN, extended).when(DUE, replace(AT_WORK, now=CLOSES_AT)).refused("WRONG_STATE")


def test_a_round_is_cancelled_before_it_closes() -> None:
    for history in (READY, OPEN):
        given(*history).when(CANCEL, AT_WORK).then(RoundCancelled(round=ROUND))


def test_a_lost_key_ends_a_round_that_is_open_or_closing() -> None:
    for history in (OPEN, CLOSING):
        given(*history).when(LOST, AT_WORK).then(RoundCancelled(round=ROUND, reason="key_lost"))
    for over in (READY, CLOSED, CANCELLED):
        given(*over).when(LOST, AT_WORK).refused("WRONG_STATE")
    given(*HERE).when(LOST, AT_WORK).refused("NOT_FOUND")


LATER = CLOSES_AT + timedelta(days=1)
COMMANDS: tuple[Command, ...] = (
    FULL,
    ExtendRound(round_id=ROUND, closes_at=LATER),
    REMIND,
    CLOSE,
    CANCEL,
    DUE,
)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.wire_name())
@pytest.mark.parametrize("history", [CLOSING, CLOSED, CANCELLED], ids=["closing", "closed", "cancelled"])
def test_nothing_enters_a_round_that_is_closing_or_over(history: tuple[Event, ...], command: Command) -> None:
    given(*history).when(command, replace(ADOPTED, now=CLOSES_AT)).refused("WRONG_STATE")


def test_a_round_that_was_never_opened_is_cancelled_when_its_time_is_up() -> None:
    due = replace(AT_WORK, now=CLOSES_AT)
    given(*READY).when(DUE, due).then(RoundCancelled(round=ROUND, reason="not_opened"))


@pytest.mark.parametrize("command", [REMIND, CLOSE], ids=lambda command: command.wire_name())
def test_a_round_that_is_not_open_yet_is_neither_closed_nor_reminded_of(command: Command) -> None:
    given(*READY).when(command, replace(AT_WORK, now=CLOSES_AT)).refused("WRONG_STATE")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.wire_name())
def test_a_round_of_somebody_else_is_not_there(command: Command) -> None:
    given(*HERE).when(command, ADOPTED).refused("NOT_FOUND", fields=["roundId"])


def test_somebody_who_left_can_still_close_or_cancel() -> None:
    gone = (*OPEN, EmploymentEnded(on=TODAY))
    assert given(*gone).when(CLOSE, AT_WORK).events()
    assert given(*gone).when(CANCEL, AT_WORK).events()
