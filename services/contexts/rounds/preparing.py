"""Decides on rounds before they open: preparing, inviting, taking back."""

from datetime import UTC, datetime, timedelta
from typing import Final

from events.catalog.rounds import InvitationRevoked, RaterInvited, RoundPrepared
from rules.commands import Refusal
from rules.feedback.questions import INVITATIONS_MAX, Perspective
from services.contexts.rounds.commands import InviteRater, PrepareRound, RevokeInvitation
from services.contexts.rounds.refusals import (
    already_so,
    in_state,
    limit_reached,
    refuse_while_closing,
    subject_refusals,
    wrong_state,
)
from services.contexts.rounds.state import FeedbackRound, Rounds
from services.decisions.command import DecisionContext
from services.decisions.feedback import RaterFound
from services.decisions.refusals import RejectedError, reject_if
from services.decisions.validation import invalid

DAYS_AHEAD_MIN: Final = 1
DAYS_AHEAD_MAX: Final = 60
"""From now to the end of a round that is prepared or opened, in days."""
ROUNDS_EVER_MAX: Final = 200
INVITED_EVER_MAX: Final = 200
"""Invitations of a round, those that were taken back included."""
INVITATIONS_PER_QUARTER_DEFAULT: Final = 8
"""How often somebody is invited in a quarter, while no policy was adopted."""


def prepared(command: PrepareRound, state: Rounds, context: DecisionContext) -> RoundPrepared:
    refuse_while_closing(state)
    lens = context.lens
    refusals = [*subject_refusals(state), *moment_refusals(command.closes_at, context)]
    if state.active is not None:
        nl = "Je hebt al een ronde. Sluit die eerst, of breek hem af."
        en = "You have a round already. Close it first, or cancel it."
        refusals.append(wrong_state(nl=nl, en=en))
    if len(state.rounds) >= ROUNDS_EVER_MAX:
        nl = f"Een portfolio heeft hoogstens {ROUNDS_EVER_MAX} rondes; die zijn er nu."
        en = f"A portfolio has {ROUNDS_EVER_MAX} rounds at most; they are there now."
        refusals.append(limit_reached(nl=nl, en=en))
    if lens is None:
        nl, en = "Deze vragenset is er niet.", "There is no such lens."
        refusals.append(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("lensVersionId",)))
    else:
        refusals += withdrawn_refusals("lensVersionId", withdrawn=lens.withdrawn)
    if lens is None or refusals:
        raise RejectedError(*refusals)
    own_question = command.own_question.strip() if command.own_question else None
    return RoundPrepared(
        round=context.new,
        lens=lens.lens,
        lens_number=lens.number,
        closes_at=command.closes_at.astimezone(UTC),
        own_question=own_question,
    )


def invited(command: InviteRater, state: Rounds, context: DecisionContext) -> RaterInvited:
    found = in_state(state, command.round_id, "PREPARED")
    refusals = [*subject_refusals(state), *_rater_refusals(command, context)]
    if context.new in found.invitations:
        refusals.append(_invited_already())
    refusals += _number_refusals(found)
    reject_if(refusals)
    return RaterInvited(
        round=command.round_id, invitation=context.new, perspective=Perspective[command.perspective]
    )


def revoked(command: RevokeInvitation, state: Rounds) -> InvitationRevoked:
    """Return the end of an invitation; after opening none is taken back (privacy rule 4)."""
    found = in_state(state, command.round_id, "PREPARED")
    if command.invitation_id not in found.invitations:
        nl, en = "Deze uitnodiging is er niet.", "There is no such invitation."
        raise RejectedError(Refusal(code="NOT_FOUND", nl=nl, en=en, field=("invitationId",)))
    return InvitationRevoked(round=command.round_id, invitation=command.invitation_id)


def moment_refusals(closes_at: datetime, context: DecisionContext) -> list[Refusal]:
    """Refuse an end of a round that is too near or too far."""
    ahead = closes_at - context.now
    if timedelta(days=DAYS_AHEAD_MIN) <= ahead <= timedelta(days=DAYS_AHEAD_MAX):
        return []
    nl = f"Kies een moment over {DAYS_AHEAD_MIN} tot {DAYS_AHEAD_MAX} dagen."
    en = f"Choose a moment in {DAYS_AHEAD_MIN} to {DAYS_AHEAD_MAX} days."
    return [invalid(("closesAt",), nl=nl, en=en)]


def withdrawn_refusals(*field: str, withdrawn: bool) -> list[Refusal]:
    if not withdrawn:
        return []
    nl = "Deze vragenset is ingetrokken. Kies een andere."
    en = "This lens was withdrawn. Choose another."
    return [wrong_state(*field, nl=nl, en=en)]


def _number_refusals(found: FeedbackRound) -> list[Refusal]:
    if len(found.invitations) >= INVITATIONS_MAX:
        nl = f"Je vraagt hoogstens {INVITATIONS_MAX} mensen in een ronde."
        en = f"You ask {INVITATIONS_MAX} people at most in a round."
        return [limit_reached(nl=nl, en=en)]
    if found.invited_ever >= INVITED_EVER_MAX:
        nl = "Er is in deze ronde te vaak iemand gevraagd en weer weggehaald. Begin een nieuwe ronde."
        en = "People were invited and taken back too often in this round. Prepare a new one."
        return [limit_reached(nl=nl, en=en)]
    return []


def _rater_refusals(command: InviteRater, context: DecisionContext) -> list[Refusal]:
    colleague, rater = command.rater.colleague_id, context.rater or RaterFound()
    if (colleague is not None and colleague == context.person) or rater.is_subject:
        nl = "Jezelf vraag je niet; vul je eigen spiegel in."
        en = "You don't invite yourself; fill in your own mirror."
        return [invalid(("rater",), nl=nl, en=en)]
    if colleague is not None and colleague not in context.professionals:
        nl, en = "Deze collega werkt hier niet.", "This colleague doesn't work here."
        return [_not_available(nl=nl, en=en)]
    if rater.in_round:
        return [_invited_already()]
    most = context.rules.invitations_per_quarter_max if context.rules else INVITATIONS_PER_QUARTER_DEFAULT
    if rater.asked >= most:
        nl = f"Deze persoon is dit kwartaal al {most} keer gevraagd, en vaker mag niet."
        en = f"This person was asked {most} times this quarter, which is the most."
        return [_not_available(nl=nl, en=en)]
    return []


def _invited_already() -> Refusal:
    nl, en = "Deze persoon vraag je al in deze ronde.", "You ask this person in this round already."
    return already_so("rater", nl=nl, en=en)


def _not_available(*, nl: str, en: str) -> Refusal:
    return Refusal(code="RATER_NOT_AVAILABLE", nl=nl, en=en, field=("rater",))
