"""A mirror computed again from its rows: agrees, differs, or no longer possible (privacy rule 22)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import msgspec
from eventsourcing.persistence import EventStore

from events.catalog.rounds import FeedbackSubmitted, MirrorReleased, RoundClosed, RoundEvent, ShownBlock
from events.codec import Recorded
from events.privacy.mirror_keys import KEPT_DAYS, MirrorKeys
from events.privacy.sealing import KeyDestroyedError, SealError, open_sealed
from events.streams import Stream
from kit.clock import Calendar
from kit.errors import UnavailableError
from processes.closing.ends import Ends, RoundToEnd
from processes.keeper.closing import Row
from rules.audit.recomputation import Recomputation
from rules.feedback.own_question import questions_of_round
from rules.feedback.recomputing import KeptRow, agrees
from rules.feedback.releasing import RoundTerms
from services.decisions.decider import event_types_of
from services.handling.context.lookups import Lookups
from services.handling.loading import SubjectForgottenError, known_events
from services.handling.state_cache import StateCache

_ROUND = event_types_of(RoundEvent)
_ROWS = event_types_of(FeedbackSubmitted)
_NO_TERMS: Final = "the log does not say by which questions and floors the mirror was made"
_decode = msgspec.json.Decoder(Row).decode


class MirrorRecomputing:
    """
    Computes mirrors again, for one thread at a time. Its method blocks.

    `organisation` returns the organisation's id, None before there is one.
    """

    def __init__(
        self,
        *,
        store: EventStore[str],
        mirror_keys: MirrorKeys,
        organisation: Callable[[], str | None],
        calendar: Calendar,
    ) -> None:
        self._store, self._mirror_keys = store, mirror_keys
        self._organisation, self._calendar = organisation, calendar
        self._lookups = Lookups(StateCache(store))

    def recompute(self, subject: str, round_: str) -> Recomputation | None:
        """
        Open the rows of a round, and compare what they give with its mirror; None without a mirror.

        For KEPT_DAYS days: then the rows can't be read any more. Raises what loading raises, and
        UnavailableError.
        """
        ending = Ends(self._store).round_of(subject, round_)
        try:
            events = list(known_events(self._store, Stream("round", subject).name, _ROUND))
            rows = list(known_events(self._store, Stream("submission", subject, round_).name, _ROWS))
        except (SubjectForgottenError, KeyDestroyedError):
            return Recomputation.NO_LONGER_POSSIBLE
        released = next((one for one in events if _is_mirror_of(one, round_)), None)
        if ending is None or released is None or not isinstance(released.event, MirrorReleased):
            return None
        key = self._key_of(round_, released)
        if key is None:
            return Recomputation.NO_LONGER_POSSIBLE
        opened = _opened(rows, key, round_)
        closed = next(
            one.event.blocks
            for one in events
            if isinstance(one.event, RoundClosed) and one.event.round == round_
        )
        same = (
            opened is not None
            and len(opened) == len(ending.found.invitations)
            and closed == _blocks_of(released.event)
            and agrees(released.event.contents, opened, self._terms(ending), ending.found.own_answers)
        )
        return Recomputation.AGREES if same else Recomputation.DIFFERS

    def _key_of(self, round_: str, released: Recorded) -> bytes | None:
        """Return the key of the rows; None after its last day, also where it was not destroyed in time."""
        last = self._calendar.local(released.at).date() + timedelta(days=KEPT_DAYS)
        return self._mirror_keys.key_of(round_) if self._calendar.today() < last else None

    def _terms(self, ending: RoundToEnd) -> RoundTerms:
        found = ending.found
        organisation = self._organisation()
        if organisation is None:
            raise UnavailableError(_NO_TERMS)
        lens = self._lookups.lens(found.lens, found.lens_number, organisation)
        if lens is None or found.floors is None:
            raise UnavailableError(_NO_TERMS)
        return RoundTerms(
            questions=questions_of_round(
                lens.questions, round_=ending.round, own_question=found.own_question
            ),
            invited=frozenset(found.invitations.values()),
            floors=found.floors,
            lead_attributed=found.attributed is not None,
        )


def _is_mirror_of(recorded: Recorded, round_: str) -> bool:
    return isinstance(recorded.event, MirrorReleased) and recorded.event.round == round_


def _blocks_of(released: MirrorReleased) -> tuple[ShownBlock, ...]:
    return tuple(
        ShownBlock(perspectives=block.perspectives, raters=block.raters) for block in released.contents.blocks
    )


def _opened(rows: list[Recorded], key: bytes, round_: str) -> list[KeptRow] | None:
    """Return the rows; None if one does not open, or is none: somebody changed it."""
    opened = []
    for recorded in rows:
        if not isinstance(recorded.event, FeedbackSubmitted):
            return None
        try:
            row = _decode(open_sealed(key, round_, recorded.event.row))
        except (SealError, msgspec.MsgspecError):
            return None
        opened.append(KeptRow(perspectives=row.perspectives, answers=row.answers))
    return opened
