"""Removes from the vault the invitations whose command never reached the log."""

from datetime import date

from events.privacy.invitations import Invitations
from services.feedback.round_states import RoundStates


class InvitationChores:
    """
    What jobs do in the vault. What the log says counts, because what is deleted here can't be made again.

    Invitations of rounds that are over are forgotten by the closer: they say which rounds are to be ended.
    """

    def __init__(self, states: RoundStates, invitations: Invitations) -> None:
        self._states = states
        self._invitations = invitations

    def forget_unknown(self, today: date) -> None:
        """
        Forget invitations of before today that are not on the log, or were taken back there.

        A command of today may be on its way to the log still. Counts of earlier quarters go too. Raises
        VaultUnreachableError, and what reading the log raises.
        """
        for round_, subject in self._invitations.rounds(before=today).items():
            found = self._states.of(subject).rounds.get(round_)
            if found is None:  # the person was forgotten
                continue
            gone = [
                invitation.invitation
                for invitation in self._invitations.of_rounds([round_])
                if invitation.invitation not in found.invitations and invitation.created_on < today
            ]
            self._invitations.forget(gone, give_back=True)
        self._invitations.forget_quarters_before(today)
