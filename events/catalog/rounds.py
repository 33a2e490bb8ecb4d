"""
Events of a person's feedback rounds, sealed with the person's key.

All rounds of a person are in one stream, `round-<person>`, so that two of them can't open at once. What
raters said, after closing, is in `submission-<person>-<round>`.
"""

from datetime import date, datetime
from typing import Final, Literal

import msgspec

from events.catalog.registry import Event, event
from rules.feedback.answers import Answer
from rules.feedback.mirror import CountBand, MirrorContents
from rules.feedback.questions import Perspective, RoundFloors

SEALED: Final = True

CancelReason = Literal["owner", "key_lost", "portfolio_closed", "employment_ended", "not_opened"]


@event("round.round-prepared.v1")
class RoundPrepared(Event, frozen=True, kw_only=True):
    """The subject begins a round, with this version of a lens, until `closes_at`."""

    round: str
    lens: str
    lens_number: int
    closes_at: datetime
    own_question: str | None = None


@event("round.rater-invited.v1")
class RaterInvited(Event, frozen=True, kw_only=True):
    """Somebody is asked. Who it is, is in the vault only."""

    round: str
    invitation: str
    perspective: Perspective


@event("round.invitation-revoked.v1")
class InvitationRevoked(Event, frozen=True, kw_only=True):
    """An invitation was taken back before the round opened."""

    round: str
    invitation: str


@event("round.round-opened.v1")
class RoundOpened(Event, frozen=True, kw_only=True):
    """
    The round is open; what it depends on is frozen from now on (privacy rule 4).

    `on` is the day in the organisation's zone, from which the time to the next round counts.
    `attributed` is the invitation of a LEAD who was asked alone. `public_key` is the round's, as an
    uncompressed point of P-256; `inbox` is the log that its answers are on.
    """

    round: str
    on: date
    policy: str
    promise_version: int
    floors: RoundFloors
    closes_at: datetime
    inbox: str
    public_key: bytes
    attributed: str | None = None


@event("round.self-mirror-filled.v1")
class SelfMirrorFilled(Event, frozen=True, kw_only=True):
    """The subject's own answers, all of them; they replace those given before."""

    round: str
    answers: tuple[Answer, ...]


@event("round.round-extended.v1")
class RoundExtended(Event, frozen=True, kw_only=True):
    round: str
    closes_at: datetime


@event("round.reminder-sent.v1")
class ReminderSent(Event, frozen=True, kw_only=True):
    """The reminder of this number, from 1, goes to everybody who was invited, on this day."""

    round: str
    number: int
    on: date


@event("round.round-closing.v1")
class RoundClosing(Event, frozen=True, kw_only=True):
    """
    The round is closing; nothing else is written until it is closed.

    `by_date`: its date came. `by_leaving`: the subject left the organisation, and keeps the mirror as long as
    the portfolio. Otherwise the subject closed it.
    """

    round: str
    by_date: bool = False
    by_leaving: bool = False


@event("submission.feedback-submitted.v1")
class FeedbackSubmitted(Event, frozen=True, kw_only=True):
    """
    One rater's answers of a block that is shown, sealed with the round's mirror key, without texts.

    There are as many rows as people were invited, in a random order and all of one length; those that nobody
    wrote are empty. So their number does not say how many answered. Only a recomputation of the mirror may
    open them.
    """

    row: bytes


class ShownBlock(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A block that is shown, and how many answered in it."""

    perspectives: tuple[Perspective, ...]
    raters: CountBand


@event("round.round-closed.v1")
class RoundClosed(Event, frozen=True, kw_only=True):
    """The round is closed. Of what is not shown, not even a number is kept."""

    round: str
    blocks: tuple[ShownBlock, ...] = ()


@event("round.mirror-released.v1")
class MirrorReleased(Event, frozen=True, kw_only=True):
    round: str
    mirror: str
    contents: MirrorContents


@event("round.round-inbox-destroyed.v1")
class RoundInboxDestroyed(Event, frozen=True, kw_only=True):
    """The round's private key was destroyed: nothing that was handed in can be opened any more."""

    round: str


@event("round.comment-flagged.v1")
class CommentFlagged(Event, frozen=True, kw_only=True):
    """The subject asks the confidential adviser to look at a fragment of a mirror."""

    round: str
    fragment: str
    reason: str


@event("round.comment-masked.v1")
class CommentMasked(Event, frozen=True, kw_only=True):
    """The confidential adviser made a fragment unreadable in the mirror."""

    round: str
    fragment: str
    reason: str


@event("round.round-cancelled.v1")
class RoundCancelled(Event, frozen=True, kw_only=True):
    """
    The round ends without a mirror. What was handed in becomes unreadable.

    `key_lost`: the keeper lost the round's key, so the subject may open another one.
    """

    round: str
    reason: CancelReason = "owner"


RoundEvent = (
    RoundPrepared
    | RaterInvited
    | InvitationRevoked
    | RoundOpened
    | SelfMirrorFilled
    | RoundExtended
    | ReminderSent
    | RoundClosing
    | RoundClosed
    | MirrorReleased
    | RoundInboxDestroyed
    | CommentFlagged
    | CommentMasked
    | RoundCancelled
)
"""What is in `round-<person>`."""
