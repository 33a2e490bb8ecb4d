"""Leaks that are planted, one at a time, so that it shows that the attacker finds them."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from unittest.mock import patch

import msgspec
from msgspec.structs import replace

from events.codec import Recorded
from processes.keeper import closing
from processes.keeper.closing import ClosedRound, ClosingTerms, Row, row_of
from processes.keeper.keeper import LocalKeeper
from rules.commands import CommandResult
from rules.feedback import releasing
from rules.feedback.answers import HandedIn
from rules.feedback.questions import Perspective
from rules.feedback.releasing import Derive, Release, Submission, release
from tests.privacy.attack.small_rounds import SMALL_SIDES

Arrivals = Mapping[str, datetime]
"""When each slot was handed in first, in that order."""


class Leak:
    """Nothing leaks: each method returns what the real code made. `sides`: the only ones to invite from."""

    sides: tuple[dict[Perspective, int], ...] = ()
    closings = 90
    """How many are enough to find it."""

    def content_bytes(self, handed_in: HandedIn, sealed: bytes) -> int:
        return len(sealed)

    def reply(self, result: CommandResult, handed_in: HandedIn) -> CommandResult:
        return result

    def reminder(self, body: str, last: HandedIn | None) -> str:
        return body

    def close(
        self, keeper: LocalKeeper, terms: ClosingTerms, private_key: bytes, sealed: Mapping[str, bytes]
    ) -> ClosedRound:
        return keeper.close(terms)

    def making_mirrors(self, arrivals: Arrivals) -> AbstractContextManager[None]:
        return contextlib.nullcontext()

    def recorded(self, event: Recorded, slot: str | None, arrivals: Arrivals) -> Recorded:
        return event


class Lengths(Leak):
    """Pages that fill nothing up: the length of a request is that of its answers."""

    closings = 200

    def content_bytes(self, handed_in: HandedIn, sealed: bytes) -> int:
        return len(msgspec.json.encode(handed_in))


class SecondClosing(Leak):
    """A keeper that does not close the inbox first: a second closing has the answer that arrived between."""

    def close(
        self, keeper: LocalKeeper, terms: ClosingTerms, private_key: bytes, sealed: Mapping[str, bytes]
    ) -> ClosedRound:
        digest = sha256(b"".join(sealed[slot] for slot in sorted(sealed))).digest()
        return closing.closed_round(private_key, terms, sealed=sealed, digest=digest)


class Header(Leak):
    """Each row names what caused it, as a trace's header would: the slot that it was handed in for."""

    def recorded(self, event: Recorded, slot: str | None, arrivals: Arrivals) -> Recorded:
        return event if slot is None else replace(event, by=sha256(slot.encode()).hexdigest()[:32])


class Moments(Leak):
    """Each row has the moment at which it was handed in, to the second."""

    def recorded(self, event: Recorded, slot: str | None, arrivals: Arrivals) -> Recorded:
        return event if slot is None else replace(event, at=arrivals[slot])


class RowOrder(Leak):
    """Rows are in the order of handing in."""

    @contextmanager
    def making_mirrors(self, arrivals: Arrivals) -> Iterator[None]:
        places = list(arrivals)

        def in_order(released: Release, terms: ClosingTerms, derive: Derive) -> list[Row]:
            kept = sorted(released.kept, key=lambda one: places.index(one.slot))
            rows = [row_of(one, released.contents) for one in kept]
            return rows + [Row()] * (sum(terms.invited.values()) - len(rows))

        with patch.object(closing, "_all_rows", in_order):
            yield


class FragmentOrder(Leak):
    """Comments are in the order of handing in."""

    @contextmanager
    def making_mirrors(self, arrivals: Arrivals) -> Iterator[None]:
        places = list(arrivals)

        def in_order(terms: Any, submissions: Any, own: Sequence[Any], derive: Derive) -> Release:
            def ordered(purpose: str, question: str, slot: str) -> bytes:
                if purpose == "order":
                    return places.index(slot).to_bytes(4)
                return derive(purpose, question, slot)

            return release(terms, submissions, own, ordered)

        with patch.object(closing, "release", in_order):
            yield


class FragmentIds(Leak):
    """A comment's id is the hash of the slot."""

    @contextmanager
    def making_mirrors(self, arrivals: Arrivals) -> Iterator[None]:

        def named(terms: Any, submissions: Any, own: Sequence[Any], derive: Derive) -> Release:
            def hashed(purpose: str, question: str, slot: str) -> bytes:
                if purpose == "fragment":
                    return sha256(slot.encode()).digest()
                return derive(purpose, question, slot)

            return release(terms, submissions, own, hashed)

        with patch.object(closing, "release", named):
            yield


class QuestionsOfSome(Leak):
    """Rows of a merged block have answers to questions that only some of its perspectives were asked."""

    sides = (SMALL_SIDES,)

    @contextmanager
    def making_mirrors(self, arrivals: Arrivals) -> Iterator[None]:
        def unchanged(submission: Submission, *_: object) -> Submission:
            return submission

        with patch.object(releasing, "_as_of_block", unchanged):
            yield


class Reply(Leak):
    """The reply has the sum of what was answered, to check that it arrived."""

    def reply(self, result: CommandResult, handed_in: HandedIn) -> CommandResult:
        return replace(result, version=10_000 + _sum(handed_in))


class Reminder(Leak):
    """The reminder shows as many stars as were given until then."""

    def reminder(self, body: str, last: HandedIn | None) -> str:
        return body if last is None else body + "\n" + "*" * _sum(last)


def _sum(handed_in: HandedIn) -> int:
    return sum(one.value.scale or 0 for one in handed_in.answers)


PLANTED: Final[tuple[type[Leak], ...]] = (
    Lengths,
    SecondClosing,
    Header,
    Moments,
    RowOrder,
    FragmentOrder,
    FragmentIds,
    QuestionsOfSome,
    Reply,
    Reminder,
)
