"""The state that decisions on a person's feedback rounds need, and how events change it."""

from datetime import date, datetime
from typing import Any, Literal, assert_never

import msgspec
from msgspec.structs import replace

from events.catalog.employment import EmploymentEnded, EmploymentEvent, ProfessionalRegistered
from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.life import (
    PortfolioClosed,
    PortfolioOpened,
    PortfolioPaused,
    PortfolioResumed,
)
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
from rules.feedback.answers import Answer
from rules.feedback.questions import Perspective, RoundFloors

_End = (
    RoundClosing
    | RoundClosed
    | MirrorReleased
    | RoundInboxDestroyed
    | CommentFlagged
    | CommentMasked
    | RoundCancelled
)
_Course = (
    RaterInvited | InvitationRevoked | RoundOpened | SelfMirrorFilled | RoundExtended | ReminderSent | _End
)
RoundStatus = Literal["PREPARED", "OPEN", "CLOSING", "CLOSED", "CANCELLED"]
PortfolioStatus = Literal["NOT_OPENED", "OPEN", "PAUSED", "CLOSED"]


class FeedbackRound(msgspec.Struct, frozen=True, kw_only=True):
    """
    One round. `invitations` are those that were not taken back; `invited_ever` counts all.

    `floors` to `attributed` are as they were frozen at opening. `fragments` are those of its mirror.
    """

    lens: str
    lens_number: int
    closes_at: datetime
    own_question: str | None = None
    status: RoundStatus = "PREPARED"
    invitations: dict[str, Perspective] = {}
    invited_ever: int = 0
    own_answers: tuple[Answer, ...] = ()
    opened_on: date | None = None
    floors: RoundFloors | None = None
    promise_version: int | None = None
    public_key: bytes | None = None
    attributed: str | None = None
    reminders: int = 0
    reminded_on: date | None = None
    cancelled_for: CancelReason | None = None
    fragments: frozenset[str] = frozenset()
    flagged: frozenset[str] = frozenset()
    masked: frozenset[str] = frozenset()

    @property
    def is_active(self) -> bool:
        return self.status in {"PREPARED", "OPEN", "CLOSING"}


class Rounds(msgspec.Struct, frozen=True, kw_only=True):
    """All rounds of a person by id, the oldest first, and whether the person works here."""

    rounds: dict[str, FeedbackRound] = {}
    employed: bool = False
    portfolio: PortfolioStatus = "NOT_OPENED"

    @property
    def active(self) -> tuple[str, FeedbackRound] | None:
        """The round that is prepared, open or closing; there is never more than one."""
        return next(((name, found) for name, found in self.rounds.items() if found.is_active), None)

    @property
    def is_closing(self) -> bool:
        return any(found.status == "CLOSING" for found in self.rounds.values())

    @property
    def last_opened_on(self) -> date | None:
        """The day on which the last round opened that counts for the time between two rounds."""
        opened = [
            found.opened_on
            for found in self.rounds.values()
            if found.opened_on is not None and found.cancelled_for != "key_lost"
        ]
        return max(opened, default=None)

    def with_changed(self, name: str, **changes: Any) -> "Rounds":
        """Return the rounds with one of them changed; an unknown one changes nothing."""
        if name not in self.rounds:
            return self
        return replace(self, rounds={**self.rounds, name: replace(self.rounds[name], **changes)})


def evolve(state: Rounds, event: RoundEvent | EmploymentEvent | PortfolioEvent) -> Rounds:
    if isinstance(event, EmploymentEvent):
        return _evolve_employment(state, event)
    if isinstance(event, PortfolioEvent):
        return _evolve_portfolio(state, event)
    if isinstance(event, RoundPrepared):
        begun = FeedbackRound(
            lens=event.lens,
            lens_number=event.lens_number,
            closes_at=event.closes_at,
            own_question=event.own_question,
        )
        return replace(state, rounds={**state.rounds, event.round: begun})
    found = state.rounds.get(event.round)
    return state if found is None else state.with_changed(event.round, **_changes(found, event))


def _changes(  # noqa: PLR0911 - one for each event
    found: FeedbackRound, event: _Course
) -> dict[str, Any]:
    """Return the fields of the round that an event changes."""
    match event:
        case RaterInvited(invitation=invitation, perspective=perspective):
            invited = {**found.invitations, invitation: perspective}
            return {"invitations": invited, "invited_ever": found.invited_ever + 1}
        case InvitationRevoked(invitation=invitation):
            left = {name: side for name, side in found.invitations.items() if name != invitation}
            return {"invitations": left}
        case RoundOpened():
            return {"status": "OPEN", "opened_on": event.on, **_frozen(event)}
        case SelfMirrorFilled(answers=answers):
            return {"own_answers": answers}
        case RoundExtended(closes_at=closes_at):
            return {"closes_at": closes_at}
        case ReminderSent(number=number, on=on):
            return {"reminders": number, "reminded_on": on}
        case _:
            return _changes_of_end(found, event)


def _changes_of_end(  # noqa: PLR0911 - one for each event
    found: FeedbackRound, event: _End
) -> dict[str, Any]:
    match event:
        case RoundClosing():
            return {"status": "CLOSING"}
        case RoundClosed():
            return {"status": "CLOSED"}
        case MirrorReleased(contents=contents):
            shown = (one.fragment for comments in contents.comments for one in comments.fragments)
            return {"fragments": frozenset(shown)}
        case RoundInboxDestroyed():
            return {}
        case CommentFlagged(fragment=fragment):
            return {"flagged": found.flagged | {fragment}}
        case CommentMasked(fragment=fragment):
            return {"masked": found.masked | {fragment}}
        case RoundCancelled(reason=reason):
            return {"status": "CANCELLED", "cancelled_for": reason}
        case _:
            assert_never(event)


def _frozen(event: RoundOpened) -> dict[str, Any]:
    names = ("closes_at", "floors", "promise_version", "public_key", "attributed")
    return {name: getattr(event, name) for name in names}


def _evolve_employment(state: Rounds, event: EmploymentEvent) -> Rounds:
    match event:
        case ProfessionalRegistered():
            return replace(state, employed=True)
        case EmploymentEnded():
            return replace(state, employed=False)
        case _:  # teams change nothing about a round: who looks from which side is as invited
            return state


def _evolve_portfolio(state: Rounds, event: PortfolioEvent) -> Rounds:
    match event:
        case PortfolioOpened() | PortfolioResumed():
            return replace(state, portfolio="OPEN")
        case PortfolioPaused():
            return replace(state, portfolio="PAUSED")
        case PortfolioClosed():
            return replace(state, portfolio="CLOSED")
        case _:  # what is in the portfolio changes nothing about a round
            return state
