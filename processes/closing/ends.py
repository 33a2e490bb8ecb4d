"""Which rounds there are to end, as the log has them; read again only as far as something was added."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

import msgspec
from eventsourcing.persistence import EventStore
from msgspec.structs import replace

from events.catalog.rounds import RoundCancelled, RoundClosing, RoundEvent, RoundInboxDestroyed
from events.codec import Recorded
from events.privacy.sealing import KeyDestroyedError
from events.streams import Stream
from services.contexts.rounds.state import FeedbackRound, Rounds, evolve
from services.decisions.decider import event_types_of
from services.handling.loading import SubjectForgottenError, known_events

READ_AGAIN_S: Final = 60.0
"""How long what was read is used, so that a destroyed key of a person counts within it."""
_KNOWN = event_types_of(RoundEvent)


class RoundToEnd(msgspec.Struct, frozen=True, kw_only=True):
    """
    A round of a person, and what its end needs. `version` is that of the person's stream when it was read.

    `at` is the moment of its closing or cancelling. `inbox_destroyed`: its key is gone, and the log says so.
    """

    subject: str
    round: str
    found: FeedbackRound
    version: int
    at: datetime | None = None
    inbox_destroyed: bool = False

    @property
    def was_opened(self) -> bool:
        return self.found.opened_on is not None


class SubjectRounds(msgspec.Struct, frozen=True, kw_only=True):
    """All rounds of a person, and the version of their stream."""

    state: Rounds = Rounds()
    moments: dict[str, datetime] = {}
    destroyed: frozenset[str] = frozenset()
    version: int = 0


class Ends:
    """Reads rounds from the log, for one thread."""

    def __init__(self, store: EventStore[str], *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._now_s = now_s
        self._read_again_at = now_s() + READ_AGAIN_S
        self._read: dict[str, SubjectRounds] = {}

    def of(self, subject: str) -> SubjectRounds | None:
        """Return a person's rounds; None if the person was forgotten. Raises what loading raises."""
        read = self._read.get(subject, SubjectRounds())
        try:
            for recorded in known_events(
                self._store, Stream("round", subject).name, _KNOWN, after=read.version
            ):
                read = _with(read, recorded)
        except (SubjectForgottenError, KeyDestroyedError):
            self._read.pop(subject, None)
            return None
        self._read[subject] = read
        return read

    def round_of(self, subject: str, round_: str) -> RoundToEnd | None:
        """Return one round; None if there is no such round. Raises what loading raises."""
        read = self.of(subject)
        found = read.state.rounds.get(round_) if read is not None else None
        if read is None or found is None:
            return None
        return RoundToEnd(
            subject=subject,
            round=round_,
            found=found,
            version=read.version,
            at=read.moments.get(round_),
            inbox_destroyed=round_ in read.destroyed,
        )

    def keep_only(self, subjects: Iterable[str]) -> None:
        """Forget what was read of all other people, and after READ_AGAIN_S of all."""
        if self._now_s() >= self._read_again_at:
            self._read, self._read_again_at = {}, self._now_s() + READ_AGAIN_S
        kept = set(subjects)
        self._read = {subject: read for subject, read in self._read.items() if subject in kept}


def _with(read: SubjectRounds, recorded: Recorded) -> SubjectRounds:
    event: RoundEvent = recorded.event  # type: ignore[assignment]  # known_events yields no other
    read = replace(read, state=evolve(read.state, event), version=recorded.version)
    match event:
        case RoundClosing(round=name) | RoundCancelled(round=name):
            return replace(read, moments={**read.moments, name: recorded.at})
        case RoundInboxDestroyed(round=name):
            return replace(read, destroyed=read.destroyed | {name})
        case _:
            return read
