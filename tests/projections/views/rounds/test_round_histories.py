"""Whatever happened to rounds: what is read equals a naive reading from the first event."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, get_args

import pytest
from msgspec.structs import replace

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
    RoundEvent,
    RoundExtended,
    RoundOpened,
    RoundPrepared,
    SelfMirrorFilled,
)
from events.codec import Forgotten
from projections.view import Fact
from projections.views import rounds
from rules.feedback.questions import Perspective
from tests.projections.views.given import facts, folded, read
from tests.projections.views.rounds.histories import PEOPLE, history_of

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]

HISTORIES = 30


class Naive:
    """What is known of one person, from the first event on, in the plainest way."""

    def __init__(self, own: Sequence[Fact]) -> None:
        self.rounds: dict[str, rounds.Round] = {}
        self.invited: dict[str, dict[str, Perspective]] = {}
        self.mirrors: dict[str, MirrorReleased] = {}
        self.released_at: dict[str, datetime] = {}
        self.flagged: dict[str, str] = {}
        self.masked: set[str] = set()
        self.version = 0
        for fact in _remembered(own):
            self.version = fact.recorded.version
            self._happened(fact.recorded.event, fact.recorded.at)

    def _happened(self, event: Any, at: datetime) -> None:
        match event:
            case RoundPrepared():
                self.rounds[event.round] = _begun(event, at)
                self.invited[event.round] = {}
            case RaterInvited():
                self.invited.setdefault(event.round, {})[event.invitation] = event.perspective
            case InvitationRevoked():
                self.invited.get(event.round, {}).pop(event.invitation, None)
            case MirrorReleased():
                self.mirrors[event.round] = event
                self.released_at[event.round] = at
            case CommentFlagged() if self._has(event):
                self.flagged[event.fragment] = event.reason
            case CommentMasked() if self._has(event):
                self.masked.add(event.fragment)
            case _ if getattr(event, "round", None) in self.rounds:
                before = self.rounds[event.round]
                self.rounds[event.round] = replace(before, **_changed(event, at))
            case _:
                pass

    def _has(self, event: CommentFlagged | CommentMasked) -> bool:
        mirror = self.mirrors.get(event.round)
        return mirror is not None and any(
            one.fragment == event.fragment for part in mirror.contents.comments for one in part.fragments
        )

    def as_read(self) -> list[rounds.Round]:
        found = [
            replace(
                each,
                version=self.version,
                invitations=tuple(
                    rounds.Invitation(invitation=invitation, perspective=side)
                    for invitation, side in self.invited.get(each.round, {}).items()
                ),
            )
            for each in self.rounds.values()
        ]
        return sorted(found, key=lambda each: each.prepared_at, reverse=True)

    def texts(self) -> dict[str, list[list[str | None]]]:
        return {
            name: [
                [None if one.fragment in self.masked else one.text for one in part.fragments]
                for part in mirror.contents.comments
            ]
            for name, mirror in self.mirrors.items()
        }

    def flags(self) -> dict[str, str]:
        return {name: why for name, why in self.flagged.items() if name not in self.masked}


def _remembered(own: Sequence[Fact]) -> Sequence[Fact]:
    """What happened after the last event that was forgotten."""
    forgotten = [at for at, fact in enumerate(own) if isinstance(fact.recorded.event, Forgotten)]
    return own[forgotten[-1] + 1 :] if forgotten else own


def _begun(event: RoundPrepared, at: datetime) -> rounds.Round:
    nothing = dict.fromkeys(("opened_at", "ended_at", "cancelled_for", "policy", "promise_version", "floors"))
    return rounds.Round(
        round=event.round,
        version=0,
        state="PREPARED",
        lens=event.lens,
        lens_number=event.lens_number,
        own_question=event.own_question,
        prepared_at=at,
        closes_at=event.closes_at,
        attributed=None,
        own_answers=(),
        reminders=0,
        reminded_on=None,
        invitations=(),
        **nothing,
    )


def _changed(  # noqa: PLR0911 - one for each event
    event: Any, at: datetime
) -> dict[str, Any]:
    match event:
        case RoundOpened():
            frozen = {"policy": event.policy, "promise_version": 1, "floors": event.floors}
            about = {"state": "OPEN", "opened_at": at, "closes_at": event.closes_at}
            return {**frozen, **about, "attributed": event.attributed}
        case SelfMirrorFilled():
            return {"own_answers": event.answers}
        case RoundExtended():
            return {"closes_at": event.closes_at}
        case ReminderSent():
            return {"reminders": event.number, "reminded_on": event.on}
        case RoundClosing():
            return {"state": "CLOSING"}
        case RoundClosed():
            return {"state": "CLOSED", "ended_at": at}
        case RoundCancelled():
            return {"state": "CANCELLED", "ended_at": at, "cancelled_for": event.reason}
        case _:
            return {}


def test_rounds_equal_a_naive_reading_of_any_history(database: str) -> None:
    seen: set[type] = set()
    masked = 0
    for seed in range(HISTORIES):
        history = facts(*history_of(seed))
        folded(database, rounds.VIEW, history)
        seen |= {type(fact.recorded.event) for fact in history}
        flags: dict[str, str] = {}
        for person in PEOPLE:
            naive = Naive([fact for fact in history if fact.subject == person])
            assert read(database, rounds.rounds_of, person) == naive.as_read(), f"seed {seed}"
            mirrors = read(database, rounds.mirrors_of, person, list(naive.mirrors))
            texts = {
                name: [[one.text for one in block] for block in mirror.fragments]
                for name, mirror in mirrors.items()
            }
            assert texts == naive.texts(), f"seed {seed}"
            assert {name: each.released_at for name, each in mirrors.items()} == naive.released_at
            masked += sum(text is None for blocks in texts.values() for block in blocks for text in block)
            flags |= naive.flags()
        assert {one.fragment: one.reason for one in read(database, rounds.flagged_fragments)} == flags
    assert seen >= set(get_args(RoundEvent)), "histories without some event would prove nothing about it"
    assert masked, "nor would histories in which nothing is masked"
