"""Hands in what raters answered: from the code to the slot in the inbox, on the word of the inbox's log."""

import time
from collections.abc import Callable
from typing import Final, assert_never

import msgspec

from events.privacy.answers import SEALED_BYTES
from events.privacy.invitations import Invitation
from events.streams import command_key
from kit import metrics
from kit.errors import ForbiddenError, TooManyRequestsError
from kit.rate_limit import RateLimiter
from rules.commands import CommandRequest, CommandResult, Refusal
from rules.feedback.invitation import RaterInvitation
from services.decisions.validation import invalid
from services.feedback.keeper import HandIn, HandInOutcome, Keeper
from services.feedback.raters import Raters
from services.handling.registry import MalformedCommandError
from services.handling.results import canonical, refused, unavailable_reported

SUBMIT_FEEDBACK: Final = "submitFeedback"
WRONG_CODES_PER_MINUTE_MAX: Final = 300
"""
Answers to codes that are wrong or over, of all callers together; above it they get an error, all of them.

Right codes go on: nobody finds one of 80 random bits by trying, and those who try must not keep raters out.
Where addresses are known, in the gateway, wrong codes are limited by address.
"""
OVER: Final = Refusal(
    code="INVITATION_OVER",
    nl="Deze uitnodiging geldt niet (meer): de ronde is gesloten, of de code klopt niet.",
    en="This invitation does not hold (any more): the round is closed, or the code is not right.",
)
"""One answer for a code that is unknown, taken back or over, so that none says which."""
_ALL: Final = "all"
_handed_in = metrics.counter("ipp_hand_ins_total", "Hand-ins of raters and how they ended.", "outcome")


class SubmitFeedback(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The input: what was sealed in the browser or, for clients that can't, at the gateway."""

    sealed: bytes


class Feedback:
    """
    What raters ask; safe from several threads. Its methods block and raise RequestError.

    The result never says whether it was the first, a replacement or taken back, and carries no position.
    """

    def __init__(
        self, *, raters: Raters, keeper: Keeper, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._raters = raters
        self._keeper = keeper
        self._wrong = RateLimiter(
            per_minute=WRONG_CODES_PER_MINUTE_MAX,
            burst=WRONG_CODES_PER_MINUTE_MAX,
            callers_max=1,
            now_s=now_s,
        )

    def send(self, request: CommandRequest, *, rater: str) -> CommandResult:
        """Hand in. Raises UnavailableError when nothing was sent to the inbox."""
        if request.name != SUBMIT_FEEDBACK:
            raise ForbiddenError(f"{request.name} is not yours to ask in the role RATER")
        command_id = canonical(request.command_id)
        try:
            asked = msgspec.convert(request.input, SubmitFeedback)
        except msgspec.ValidationError as error:
            raise MalformedCommandError(str(error)) from None
        with unavailable_reported():
            return _counted(self._send(asked, command_id, rater))

    def _send(self, asked: SubmitFeedback, command_id: str, rater: str) -> CommandResult:
        invitation = self._open(rater)
        if invitation is None:
            return refused(command_id, OVER)
        if len(asked.sealed) != SEALED_BYTES:
            return refused(command_id, _wrong_size())
        outcome = self._keeper.hand_in(
            HandIn(
                round=invitation.round,
                slot=invitation.slot,
                command=command_key(invitation.invitation, command_id),
                sealed=asked.sealed,
            )
        )
        return _result(command_id, outcome)

    def result_of(self, command_id: str, *, rater: str) -> CommandResult | None:
        """Return how a hand-in of this rater ended, until closing; None if it is not known here."""
        command_id = canonical(command_id)
        with unavailable_reported():
            invitation = self._open(rater)
            if invitation is None:
                return None
            key = command_key(invitation.invitation, command_id)
            outcome = self._keeper.result_of(invitation.round, key)
        return _result(command_id, outcome) if outcome is not None else None

    def invitation(self, rater: str) -> RaterInvitation | None:
        """Return what a rater is asked; None when the invitation is over."""
        with unavailable_reported():
            found = self._open(rater)
            return self._raters.shown(found) if found is not None else None

    def _open(self, rater: str) -> Invitation | None:
        """
        Return the invitation of a code; None when there is none, or none that is open.

        Raises TooManyRequestsError after too many, for either reason: so the error does not show which.
        """
        found = self._raters.known(rater)
        if found is not None and self._raters.open_round(found) is not None:
            return found
        if self._wrong.take(_ALL):
            raise TooManyRequestsError("too many codes that are not right: wait a little")
        return None


def _result(command_id: str, outcome: HandInOutcome) -> CommandResult:
    match outcome:
        case "KEPT":
            return CommandResult(command_id=command_id, outcome="ACCEPTED")
        case "UNSETTLED":
            return CommandResult(command_id=command_id, outcome="UNSETTLED")
        case "OVER":
            return refused(command_id, OVER)
        case "INVALID":
            return refused(command_id, _wrong_size())
        case "LIMIT_REACHED":
            nl = (
                "Je hebt zo vaak ingestuurd dat het niet nog een keer kan. Wat je het laatst instuurde, telt."
            )
            en = "You have handed in so often that it can't be done again. What you sent last counts."
            return refused(command_id, Refusal(code="LIMIT_REACHED", nl=nl, en=en))
        case _:
            assert_never(outcome)


def _wrong_size() -> Refusal:
    nl = "Deze antwoorden zijn niet goed op slot gedaan. Laad de pagina opnieuw; je tekst blijft staan."
    en = "These answers were not locked as they should be. Load the page again; your text stays."
    return invalid(("feedback", "sealed"), nl=nl, en=en)


def _counted(result: CommandResult) -> CommandResult:
    _handed_in.labels(result.outcome).inc()
    return result
