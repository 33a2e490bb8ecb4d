"""The one feedback round that a person may have going, for deciders of other streams, which end it."""

from typing import Literal, assert_never

import msgspec

from events.catalog.rounds import (
    CancelReason,
    CommentFlagged,
    CommentMasked,
    InvitationRevoked,
    MirrorReleased,
    RaterInvited,
    ReminderSent,
    RoundCancelled,
    RoundClosed,
    RoundClosing,
    RoundEvent,
    RoundExtended,
    RoundInboxDestroyed,
    RoundOpened,
    RoundPrepared,
    SelfMirrorFilled,
)

ActiveState = Literal["PREPARED", "OPEN", "CLOSING"]


class ActiveRound(msgspec.Struct, frozen=True, kw_only=True):
    round: str
    state: ActiveState


def active_after(active: ActiveRound | None, event: RoundEvent) -> ActiveRound | None:
    """Return the round that is going on after an event of the person's rounds."""
    match event:
        case RoundPrepared(round=name):
            return ActiveRound(round=name, state="PREPARED")
        case RoundOpened(round=name):
            return ActiveRound(round=name, state="OPEN")
        case RoundClosing(round=name):
            return ActiveRound(round=name, state="CLOSING")
        case RoundClosed() | RoundCancelled():
            return None
        case (
            RaterInvited()
            | InvitationRevoked()
            | SelfMirrorFilled()
            | RoundExtended()
            | ReminderSent()
            | MirrorReleased()
            | RoundInboxDestroyed()
            | CommentFlagged()
            | CommentMasked()
        ):
            return active
        case _:
            assert_never(event)


def closed_by_leaving(active: ActiveRound | None) -> tuple[RoundEvent, ...]:
    """
    Return the end of the round of somebody who leaves: an open one closes, a prepared one is cancelled.

    What raters wrote for somebody who leaves is not lost: the mirror can be read as long as the portfolio. A
    round that is closing already is left alone, because nothing else may enter its stream.
    """
    if active is None or active.state == "CLOSING":
        return ()
    if active.state == "OPEN":
        return (RoundClosing(round=active.round, by_leaving=True),)
    return (_cancelled(active, "employment_ended"),)


def cancelled_by_closing(active: ActiveRound | None) -> tuple[RoundEvent, ...]:
    """Return the end of the round of somebody who closes the portfolio, which takes no mirror any more."""
    if active is None or active.state == "CLOSING":
        return ()
    return (_cancelled(active, "portfolio_closed"),)


def _cancelled(active: ActiveRound, reason: CancelReason) -> RoundCancelled:
    return RoundCancelled(round=active.round, reason=reason)
