"""How invitations reach people: whom a subject asked and what became of mails, and letters to print."""

from collections.abc import Iterator
from typing import Final

import msgspec

from events.privacy.invitations import Invitations, Invited
from events.privacy.mail_queue import MailState
from events.privacy.outbox import Outbox
from kit.clock import Calendar
from rules.commands import CommandRequest, CommandResult
from rules.feedback.invitation import LETTERS_MAX, InvitationLetter, InvitedPerson, MailOutcome
from services.contexts.rounds.state import FeedbackRound
from services.decisions.validation import invalid
from services.feedback.round_states import RoundStates
from services.handling.registry import MalformedCommandError
from services.handling.results import canonical, refused, unavailable_reported

_OUTCOMES: Final[dict[MailState, MailOutcome]] = {
    MailState.WAITING: "WAITING",
    MailState.SENDING: "WAITING",
    MailState.SENT: "SENT",
    MailState.UNKNOWN: "SENT",
    MailState.REFUSED: "NOT_ACCEPTED",
}
"""What a subject sees. A mail that was dropped had nobody to go to, and has no outcome."""


class ConfirmLetters(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """The input: letters that came out of the printer well."""

    letter_ids: tuple[str, ...]


class Delivery:
    """
    Nothing here depends on who answered; safe from several threads. Its methods raise UnavailableError.

    A letter is offered until the adviser confirms that it was printed, so a printer that fails loses nothing;
    after that its code is not handed out again.
    """

    def __init__(
        self, states: RoundStates, *, invitations: Invitations, outbox: Outbox, calendar: Calendar
    ) -> None:
        self._states = states
        self._invitations = invitations
        self._outbox = outbox
        self._calendar = calendar

    def invited(self, subject: str, round_: str) -> list[InvitedPerson]:
        """Return whom the subject asked in a round; nobody once it is over, because the vault forgets."""
        with unavailable_reported():
            found = self._states.of(subject).rounds.get(round_)
            if found is None or not found.is_active:
                return []
            people = [
                kept
                for kept in self._invitations.of_round(round_)
                if kept.invitation.invitation in found.invitations
            ]
            mails = self._outbox.states([kept.invitation.invitation for kept in people])
        return [
            _invited(kept, mails.get(kept.invitation.invitation), is_open=found.status == "OPEN")
            for kept in people
        ]

    def letters(self, adviser: str) -> list[InvitationLetter]:
        """Return up to LETTERS_MAX letters to print, those that are due first; none about the adviser."""
        with unavailable_reported():
            letters = self._letters(adviser)
        return sorted(letters, key=lambda one: (one.closes_at, one.invitation))[:LETTERS_MAX]

    def confirm_letters(self, request: CommandRequest, adviser: str) -> CommandResult:
        """Note that letters were printed; ids that are no letters (any more) change nothing."""
        command_id = canonical(request.command_id)
        try:
            asked = msgspec.convert(request.input, ConfirmLetters)
        except msgspec.ValidationError as error:
            raise MalformedCommandError(str(error)) from None
        if not 0 < len(asked.letter_ids) <= LETTERS_MAX:
            nl, en = f"Noem 1 tot {LETTERS_MAX} brieven.", f"Name 1 to {LETTERS_MAX} letters."
            return refused(command_id, invalid(("letterIds",), nl=nl, en=en))
        with unavailable_reported():
            offered = {letter.invitation for letter in self._letters(adviser)}
            printed = [name for name in asked.letter_ids if name in offered]
            self._outbox.note_printed(printed, on=self._calendar.today())
        return CommandResult(command_id=command_id, outcome="ACCEPTED")

    def _letters(self, adviser: str) -> list[InvitationLetter]:
        refused_addresses = self._invitations.named(sorted(self._outbox.refused()))
        printed = self._outbox.printed()
        by_round: dict[tuple[str, str], list[Invited]] = {}
        for kept in (*self._invitations.without_address(), *refused_addresses):
            invitation = kept.invitation
            if invitation.subject != adviser and invitation.invitation not in printed:
                by_round.setdefault((invitation.subject, invitation.round), []).append(kept)
        return [
            letter
            for (subject, round_), people in by_round.items()
            for letter in self._letters_of(subject, round_, people)
        ]

    def _letters_of(self, subject: str, round_: str, people: list[Invited]) -> Iterator[InvitationLetter]:
        found = self._states.of(subject).rounds.get(round_)
        if found is None or found.status != "OPEN" or found.closes_at <= self._calendar.now():
            return
        for kept in people:
            if kept.invitation.invitation in found.invitations:
                yield _letter(kept, found)


def _invited(kept: Invited, state: MailState | None, *, is_open: bool) -> InvitedPerson:
    mail = _OUTCOMES.get(state) if state is not None else None
    if state is None and is_open and kept.invitee.email is not None:
        mail = "WAITING"  # also without a mail server, when no mail is ever queued
    return InvitedPerson(
        invitation=kept.invitation.invitation,
        perspective=kept.invitation.perspective,
        name=kept.invitee.name,
        colleague=kept.invitee.person,
        email=kept.invitee.email if kept.invitee.person is None else None,
        mail=mail,
    )


def _letter(kept: Invited, found: FeedbackRound) -> InvitationLetter:
    invitation, invitee = kept.invitation, kept.invitee
    attributed = found.attributed == invitation.invitation
    if found.floors is None or found.promise_version is None:
        raise ValueError("an open round has floors and a promise")
    return InvitationLetter(
        invitation=invitation.invitation,
        subject=invitation.subject,
        name=invitee.name,
        language=invitee.language,
        code=kept.code,
        closes_at=found.closes_at,
        attributed=attributed,
        floor=None if attributed else found.floors.of(invitation.perspective),
        promise_version=found.promise_version,
    )
