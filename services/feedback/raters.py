"""What a rater's code opens: read from vault and log."""

from events.privacy.answers import info_of
from events.privacy.invitations import Invitation, Invitations
from kit.clock import Calendar
from rules.feedback.invitation import RaterInvitation
from rules.feedback.questions import RoundFloors
from services.contexts.rounds.state import FeedbackRound
from services.feedback.round_states import RoundStates


class Raters:
    """
    Reads invitations; safe from several threads.

    Its methods raise VaultUnreachableError, and what reading the log raises.
    """

    def __init__(self, states: RoundStates, *, invitations: Invitations, calendar: Calendar) -> None:
        self._states = states
        self._invitations = invitations
        self._calendar = calendar

    def known(self, rater: str) -> Invitation | None:
        """Return the invitation whose code this rater has (see rater_code.caller_of), whatever its state."""
        return self._invitations.by_code(bytes.fromhex(rater))

    def open_round(self, invitation: Invitation) -> FeedbackRound | None:
        """Return the round while answers can be handed in; None before, after, and if it was taken back."""
        found = self._states.of(invitation.subject).rounds.get(invitation.round)
        if found is None or found.status != "OPEN" or invitation.invitation not in found.invitations:
            return None
        return found if self._calendar.now() < found.closes_at else None

    def shown(self, invitation: Invitation) -> RaterInvitation | None:
        """Return what the rater is asked; None when the invitation is over."""
        found = self.open_round(invitation)
        return _shown(invitation, found) if found is not None else None


def _shown(invitation: Invitation, found: FeedbackRound) -> RaterInvitation | None:
    if found.floors is None or found.promise_version is None or found.public_key is None:
        return None
    attributed = found.attributed == invitation.invitation
    floors: RoundFloors | None = None if attributed else found.floors
    return RaterInvitation(
        subject=invitation.subject,
        round=invitation.round,
        perspective=invitation.perspective,
        own_question=found.own_question,
        lens=found.lens,
        lens_number=found.lens_number,
        attributed=attributed,
        floor=floors.of(invitation.perspective) if floors else None,
        comment_floor=floors.comments if floors else None,
        promise_version=found.promise_version,
        closes_at=found.closes_at,
        public_key=found.public_key,
        info=info_of(invitation.round, invitation.perspective),
    )
