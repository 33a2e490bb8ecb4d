"""How events of rounds become rows."""

from datetime import datetime
from typing import Any, Final, assert_never

from msgspec.structs import replace

from events.catalog.registry import Event
from events.catalog.rounds import (
    CommentFlagged,
    CommentMasked,
    InvitationRevoked,
    MirrorReleased,
    RaterInvited,
    ReminderSent,
    RoundCancelled,
    RoundClosed,
    RoundClosing,
    RoundExtended,
    RoundOpened,
    RoundPrepared,
    SelfMirrorFilled,
)
from events.codec import Forgotten
from projections.changes import Changes, as_json
from projections.view import Fact, View
from projections.views.rounds.tables import COMMENTS, INVITATIONS, MIRRORS, ROUNDS, STREAMS, VERSION

_AT_FIRST: Final[dict[str, Any]] = {
    **dict.fromkeys(
        ("opened_at", "ended_at", "cancelled_for", "policy", "promise_version", "floors", "inbox")
    ),
    **dict.fromkeys(("public_key", "attributed", "reminded_on")),
    "own_answers": "[]",
    "reminders": 0,
}


def fold(fact: Fact, changes: Changes) -> None:
    """Keep a row for each round, invitation, mirror and fragment, and the version of the person's stream."""
    event, at = fact.recorded.event, fact.recorded.at
    if isinstance(event, Forgotten):
        changes.empty()
        return
    changes.put(STREAMS, version=fact.recorded.version)
    if isinstance(event, CommentFlagged | CommentMasked | MirrorReleased):
        _fold_mirror(event, at, changes)
    elif isinstance(event, RoundPrepared | RaterInvited | InvitationRevoked | RoundOpened):
        _fold_beginning(event, at, fact.ordinal, changes)
    else:
        _fold_course(event, at, changes)


def _fold_beginning(
    event: RoundPrepared | RaterInvited | InvitationRevoked | RoundOpened,
    at: datetime,
    ordinal: int,
    changes: Changes,
) -> None:
    match event:
        case RoundPrepared():
            lens = {"lens": event.lens, "lens_number": event.lens_number, "own_question": event.own_question}
            moments = {"prepared_at": at, "closes_at": event.closes_at}
            changes.put(ROUNDS, round=event.round, state="PREPARED", **(_AT_FIRST | lens | moments))
        case RaterInvited(round=name, invitation=invitation, perspective=perspective):
            asked = {"invitation": invitation, "perspective": perspective.value}
            changes.put(INVITATIONS, ordinal=ordinal, round=name, **asked)
        case InvitationRevoked(invitation=invitation):
            changes.drop(INVITATIONS, invitation=invitation)
        case RoundOpened():
            changes.set(ROUNDS, round=event.round, state="OPEN", opened_at=at, **_frozen(event))
        case _:
            assert_never(event)


def _fold_course(event: Event, at: datetime, changes: Changes) -> None:
    match event:
        case SelfMirrorFilled(round=name, answers=answers):
            changes.set(ROUNDS, round=name, own_answers=as_json(answers))
        case RoundExtended(round=name, closes_at=closes_at):
            changes.set(ROUNDS, round=name, closes_at=closes_at)
        case ReminderSent(round=name, number=number, on=on):
            changes.set(ROUNDS, round=name, reminders=number, reminded_on=on)
        case RoundClosing(round=name):
            changes.set(ROUNDS, round=name, state="CLOSING")
        case RoundClosed(round=name):
            changes.set(ROUNDS, round=name, state="CLOSED", ended_at=at)
        case RoundCancelled(round=name, reason=reason):
            changes.set(ROUNDS, round=name, state="CANCELLED", ended_at=at, cancelled_for=reason)
        case _:  # the inbox was destroyed, of which nothing is shown; an event of a newer program
            pass


def _frozen(event: RoundOpened) -> dict[str, Any]:
    return {
        "policy": event.policy,
        "promise_version": event.promise_version,
        "floors": as_json(event.floors),
        "closes_at": event.closes_at,
        "inbox": event.inbox,
        "public_key": event.public_key,
        "attributed": event.attributed,
    }


def _fold_mirror(
    event: CommentFlagged | CommentMasked | MirrorReleased, at: datetime, changes: Changes
) -> None:
    match event:
        case MirrorReleased(round=name, mirror=mirror, contents=contents):
            bare = tuple(replace(comments, fragments=()) for comments in contents.comments)
            kept = {"mirror": mirror, "contents": as_json(replace(contents, comments=bare))}
            changes.put(MIRRORS, round=name, released_at=at, **kept)
            _put_fragments(event, changes)
        case CommentFlagged(fragment=fragment, reason=reason):
            changes.set(COMMENTS, fragment=fragment, flagged_at=at, flagged_for=reason)
        case CommentMasked(fragment=fragment):
            changes.set(COMMENTS, fragment=fragment, text=None, masked_at=at)
        case _:
            assert_never(event)


def _put_fragments(event: MirrorReleased, changes: Changes) -> None:
    unmarked = dict.fromkeys(("flagged_at", "flagged_for", "masked_at"))
    for block, comments in enumerate(event.contents.comments):
        for place, fragment in enumerate(comments.fragments):
            where = {"round": event.round, "block": block, "place": place}
            words = {"fragment": fragment.fragment, "text": fragment.text}
            changes.put(COMMENTS, **where, **words, **unmarked)


VIEW: Final = View(
    name="rounds",
    version=VERSION,
    categories=frozenset({"round"}),
    tables=(STREAMS, ROUNDS, INVITATIONS, MIRRORS, COMMENTS),
    fold=fold,
)
