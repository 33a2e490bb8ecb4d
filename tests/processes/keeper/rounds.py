"""A round for tests: its questions, its raters, and a keeper on an inbox in memory."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from events.log.config import LogConfig
from events.log.inbox.inbox import Inbox
from events.privacy.answers import info_of, seal_answers
from kit.clock import Calendar, FixedClock
from processes.keeper.closing import ClosingTerms
from processes.keeper.inboxes import Inboxes
from processes.keeper.keeper import LocalKeeper
from processes.keeper.key_store import KeyStore
from rules.feedback.answers import Answer, GivenAnswer, HandedIn, Value, fill_up
from rules.feedback.questions import LensForm, Perspective, Question, QuestionKind, RoundFloors
from services.feedback.keeper import HandIn
from tests.events.log.inbox.memory import MemoryAppender, MemoryLog, MemoryReader

NOW: Final = datetime(2026, 11, 30, 12, tzinfo=UTC)
OTHERS: Final = tuple(one for one in Perspective if one is not Perspective.SELF)
SCALE: Final = Question(
    question="1" * 32, kind=QuestionKind.SCALE, nl="Schaal", en="Scale", perspectives=OTHERS
)
RARE: Final = Question(
    question="2" * 32, kind=QuestionKind.SCALE, nl="Zelden gezien", en="Rarely seen", perspectives=OTHERS
)
PICK: Final = Question(
    question="3" * 32, kind=QuestionKind.TALENT_PICK, nl="Talent", en="Talent", perspectives=OTHERS
)
OPEN: Final = Question(question="4" * 32, kind=QuestionKind.OPEN, nl="Open", en="Open", perspectives=OTHERS)
FLOORS: Final = RoundFloors(raters=3, clients=5, comments=3)
TERM: Final = "5" * 32
RARE_TERM: Final = "6" * 32


def new() -> str:
    return uuid.uuid4().hex


_SLOTS: Final[dict[str, dict[str, Perspective]]] = {}
"""The slots of the raters that a test made, by round: what the vault would have."""


def terms(round_: str, invited: dict[Perspective, int], **changes: Any) -> ClosingTerms:
    given: dict[str, Any] = {
        "round": round_,
        "questions": (SCALE, RARE, PICK, OPEN),
        "form": LensForm.STANDARD,
        "invited": invited,
        "slots": {slot: side for slot, side in _SLOTS.get(round_, {}).items() if side in invited},
        "floors": FLOORS,
        "lead_attributed": False,
        "own": (Answer(question=SCALE.question, scale=3),),
    }
    return ClosingTerms(**{**given, **changes})


def answers(scale: int, text: str | None = None, *picked: str, rare: int | None = None) -> HandedIn:
    given = [GivenAnswer(question_id=SCALE.question, value=Value(scale=scale))]
    if rare is not None:
        given.append(GivenAnswer(question_id=RARE.question, value=Value(scale=rare)))
    if picked:
        given.append(GivenAnswer(question_id=PICK.question, value=Value(term_ids=picked)))
    if text is not None:
        given.append(GivenAnswer(question_id=OPEN.question, value=Value(text=text)))
    return HandedIn(answers=tuple(given))


@dataclass
class Rater:
    round: str
    perspective: Perspective
    slot: str = field(default_factory=new)

    def __post_init__(self) -> None:
        _SLOTS.setdefault(self.round, {})[self.slot] = self.perspective

    def sealed(self, public_key: bytes, handed_in: HandedIn) -> bytes:
        return seal_answers(public_key, info_of(self.round, self.perspective), fill_up(handed_in))

    def gives(self, keeper: LocalKeeper, handed_in: HandedIn) -> str:
        key = keeper.make_key(self.round)
        sealed = self.sealed(key.public_key, handed_in)
        return keeper.hand_in(HandIn(round=self.round, slot=self.slot, command=os.urandom(32), sealed=sealed))


def memory_inboxes(log: MemoryLog) -> Inboxes:
    return Inboxes(
        config_of=lambda year: LogConfig(name=f"ipp_feedback_inbox_{year}", partitions=1, database_url=""),
        create=lambda _: None,
        open_inbox=lambda config: Inbox(
            name=config.name,
            open_reader=lambda: MemoryReader(log),
            open_appender=lambda: MemoryAppender(log),
            verdict_s_max=5,
        ),
    )


@contextmanager
def running(folder: Path, log: MemoryLog, clock: FixedClock | None = None) -> Iterator[LocalKeeper]:
    """Run a keeper's process on this folder and log; leaving the block is a crash or a stop."""
    inboxes = memory_inboxes(log)
    calendar = Calendar(clock=clock or FixedClock(NOW), zone=UTC)
    try:
        yield LocalKeeper(keys=KeyStore(folder), inboxes=inboxes, calendar=calendar)
    finally:
        inboxes.close()
