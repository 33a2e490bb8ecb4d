"""Forgets invitations: of rounds that are over, and those whose command never reached the log."""

from collections.abc import Iterable
from datetime import date

from events.privacy.invitations import Invitations
from services.feedback.round_states import RoundStates


class InvitationChores:
    """
    What jobs do in the vault. What the log says counts, because what is deleted here can't be made again.

    Its methods raise VaultUnreachableError, and what reading the log raises.
    """

    def __init__(self, states: RoundStates, invitations: Invitations) -> None:
        self._states = states
        self._invitations = invitations

    def rounds_kept(self) -> frozenset[str]:
        """Return the rounds that have invitations in the vault."""
        return frozenset(self._invitations.rounds())

    def forget_over(self, rounds: Iterable[str]) -> None:
        """
        Forget the invitations of those of these rounds that are over.

        Of a round that never opened, nobody was asked, so they count for no limit.
        """
        subjects = self._invitations.rounds()
        for round_ in subjects.keys() & set(rounds):
            found = self._states.of(subjects[round_]).rounds.get(round_)
            if found is not None and not found.is_active:
                kept = [invitation.invitation for invitation in self._invitations.of_rounds([round_])]
                self._invitations.forget(kept, give_back=found.opened_on is None)

    def forget_unknown(self, today: date) -> None:
        """
        Forget invitations of before today that are not on the log, or were taken back there.

        A command of today may be on its way to the log still. Counts of earlier quarters go too.
        """
        for round_, subject in self._invitations.rounds(before=today).items():
            found = self._states.of(subject).rounds.get(round_)
            known = found.invitations if found is not None else {}
            gone = [
                invitation.invitation
                for invitation in self._invitations.of_rounds([round_])
                if invitation.invitation not in known and invitation.created_on < today
            ]
            self._invitations.forget(gone, give_back=True)
        self._invitations.forget_quarters_before(today)
