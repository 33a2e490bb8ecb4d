"""Decides on rounds that run: the subject's own answers, more time, reminders, and the end."""

from datetime import UTC, timedelta
from typing import Final

from events.catalog.rounds import (
    ReminderSent,
    RoundCancelled,
    RoundClosing,
    RoundExtended,
    SelfMirrorFilled,
)
from rules.commands import Refusal
from rules.feedback.answers import Answer, check_answers
from rules.feedback.questions import Perspective
from services.contexts.rounds.commands import (
    CancelLostRound,
    CancelRound,
    CloseDueRound,
    CloseRound,
    ExtendRound,
    FillSelfMirror,
    RemindRaters,
)
from services.contexts.rounds.preparing import moment_refusals
from services.contexts.rounds.refusals import already_so, in_state, limit_reached, wrong_state
from services.contexts.rounds.state import FeedbackRound, Rounds
from services.decisions.command import DecisionContext
from services.decisions.refusals import NOT_FOUND, RejectedError, reject_if
from services.decisions.validation import invalid

DAYS_OPEN_MAX: Final = 90
"""How long a round is open, with all extensions."""
REMINDERS_MAX: Final = 3


def self_mirror(command: FillSelfMirror, state: Rounds, context: DecisionContext) -> SelfMirrorFilled:
    found = in_state(state, command.round_id, "PREPARED", "OPEN")
    lens = context.lens
    if lens is None:
        raise RejectedError(NOT_FOUND)
    answers, faults = check_answers(
        command.answers, questions=lens.questions, form=lens.form, perspective=Perspective.SELF
    )
    refusals = [
        invalid(("answers", str(fault.place)), nl=fault.line.nl, en=fault.line.en) for fault in faults
    ]
    refusals += _terms_refusals(answers, context)
    if not refusals and answers == found.own_answers:
        nl, en = "Zo heb je het al ingevuld.", "You have filled it in so already."
        refusals.append(already_so("answers", nl=nl, en=en))
    reject_if(refusals)
    return SelfMirrorFilled(round=command.round_id, answers=answers)


def extended(command: ExtendRound, state: Rounds, context: DecisionContext) -> RoundExtended:
    found = in_state(state, command.round_id, "PREPARED", "OPEN")
    closes_at = command.closes_at.astimezone(UTC)
    refusals = []
    if closes_at <= found.closes_at:
        nl = "Dit is niet later dan nu. Wil je eerder stoppen, sluit de ronde dan."
        en = "This is not later than now. To end earlier, close the round."
        refusals.append(invalid(("closesAt",), nl=nl, en=en))
    elif found.opened_on is None:
        refusals += moment_refusals(closes_at, context)
    else:
        last = found.opened_on + timedelta(days=DAYS_OPEN_MAX)
        if closes_at.astimezone(context.now.tzinfo).date() > last:
            nl = f"Een ronde is hoogstens {DAYS_OPEN_MAX} dagen open: tot en met {last:%d-%m-%Y}."
            en = f"A round is open for {DAYS_OPEN_MAX} days at most: through {last.isoformat()}."
            refusals.append(limit_reached("closesAt", nl=nl, en=en))
        if closes_at <= context.now:
            nl, en = "Dit moment is al voorbij.", "This moment is past."
            refusals.append(invalid(("closesAt",), nl=nl, en=en))
    reject_if(refusals)
    return RoundExtended(round=command.round_id, closes_at=closes_at)


def reminded(command: RemindRaters, state: Rounds, context: DecisionContext) -> ReminderSent:
    found = in_state(state, command.round_id, "OPEN")
    if found.closes_at <= context.now:
        nl, en = "De tijd van deze ronde is om.", "The time of this round is up."
        raise RejectedError(wrong_state("roundId", nl=nl, en=en))
    reject_if(_reminder_refusals(found, context))
    return ReminderSent(round=command.round_id, number=found.reminders + 1, on=context.today)


def closing(command: CloseRound, state: Rounds) -> RoundClosing:
    in_state(state, command.round_id, "OPEN")
    return RoundClosing(round=command.round_id)


def closing_by_date(
    command: CloseDueRound, state: Rounds, context: DecisionContext
) -> RoundClosing | RoundCancelled:
    """Return the end of a round whose time is up; one that was never opened is cancelled."""
    found = in_state(state, command.round_id, "PREPARED", "OPEN")
    if context.now < found.closes_at:
        nl, en = "De tijd van deze ronde is nog niet om.", "The time of this round is not up yet."
        raise RejectedError(wrong_state("roundId", nl=nl, en=en))
    if found.status == "PREPARED":
        return RoundCancelled(round=command.round_id, reason="not_opened")
    return RoundClosing(round=command.round_id, by_date=True)


def cancelled(command: CancelRound, state: Rounds) -> RoundCancelled:
    in_state(state, command.round_id, "PREPARED", "OPEN")
    return RoundCancelled(round=command.round_id, reason="owner")


def lost(command: CancelLostRound, state: Rounds) -> RoundCancelled:
    """Return the end of a round without a key; also of one that is closing and now can't be."""
    found = state.rounds.get(command.round_id)
    if found is None:
        raise RejectedError(NOT_FOUND)
    if found.status not in {"OPEN", "CLOSING"}:
        nl, en = "Deze ronde loopt niet.", "This round is not running."
        raise RejectedError(wrong_state("roundId", nl=nl, en=en))
    return RoundCancelled(round=command.round_id, reason="key_lost")


def _reminder_refusals(found: FeedbackRound, context: DecisionContext) -> list[Refusal]:
    if found.reminders >= REMINDERS_MAX:
        nl = f"Je herinnert hoogstens {REMINDERS_MAX} keer in een ronde."
        en = f"You remind {REMINDERS_MAX} times at most in a round."
        return [limit_reached("roundId", nl=nl, en=en)]
    if context.today in {found.reminded_on, found.opened_on}:
        nl = "Vandaag kreeg iedereen al een mail. Herinneren kan vanaf morgen."
        en = "Everybody got a mail today already. You can remind from tomorrow."
        return [limit_reached("roundId", nl=nl, en=en)]
    return []


def _terms_refusals(answers: tuple[Answer, ...], context: DecisionContext) -> list[Refusal]:
    """Refuse picked terms that are not adopted."""
    picked = {term for answer in answers for term in answer.terms}
    adopted = {name for name, term in context.terms.items() if term.state == "ADOPTED"}
    if picked <= adopted:
        return []
    nl, en = "Dit woord staat niet in de talenttaal.", "This word is not in the talent language."
    return [Refusal(code="NOT_FOUND", nl=nl, en=en, field=("answers",))]
