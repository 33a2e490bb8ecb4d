"""The largest closing fits one record of the log: 40 raters who write as much as an answer can hold."""

import unicodedata
from datetime import UTC, date, datetime

import pytest

from events.codec import EventMapper
from events.log.record import RECORD_BYTES_MAX
from events.privacy.answers import info_of, new_private_key, public_key_of, seal_answers
from processes.closing.ends import RoundToEnd
from processes.closing.events import closing_events
from processes.keeper.closing import ClosingTerms, closed_round
from rules.feedback.answers import ANSWERS_BYTES, GivenAnswer, HandedIn, Value, fill_up
from rules.feedback.questions import (
    COMMENT_CHARS_MAX,
    INVITATIONS_MAX,
    QUESTIONS_MAX,
    LensForm,
    Perspective,
    Question,
    QuestionKind,
)
from services.contexts.rounds.state import FeedbackRound
from tests.processes.keeper.rounds import FLOORS, OTHERS, new

NOW = datetime(2026, 11, 30, tzinfo=UTC)
PEER = Perspective.PEER
HEADS_BYTES = 300
"""More than a write adds to its state on the log: stream, version, parent, topic."""


class OneKey:
    def key_of(self, subject: str) -> bytes:
        return bytes(32)

    def keys_of(self, subjects: object) -> dict[str, bytes]:
        return {}


def longest(questions: tuple[Question, ...], character: str) -> HandedIn:
    """Return answers that fill their whole length."""
    most = COMMENT_CHARS_MAX // len(unicodedata.normalize("NFC", character))
    given: list[GivenAnswer] = []
    for question in questions:
        for chars in range(most, 0, -20):
            more = GivenAnswer(question_id=question.question, value=Value(text=character * chars))
            try:
                fill_up(HandedIn(answers=(*given, more)))
            except ValueError:
                continue
            given.append(more)
            break
    return HandedIn(answers=tuple(given))


@pytest.mark.parametrize(
    ("character", "texts"), [("é", 6), ("\U0001d160", 3)], ids=["two bytes", "four bytes, and twelve in NFC"]
)
def test_the_largest_closing_fits_one_record(character: str, texts: int) -> None:
    questions = tuple(
        Question(question=new(), kind=QuestionKind.OPEN, nl="Open", en="Open", perspectives=OTHERS)
        for _ in range(QUESTIONS_MAX)
    )
    round_, subject, private = new(), new(), new_private_key()
    answers = longest(questions, character)
    assert len(fill_up(answers).rstrip()) > ANSWERS_BYTES - 100
    sealed = seal_answers(public_key_of(private), info_of(round_, PEER), fill_up(answers))
    slots = [new() for _ in range(INVITATIONS_MAX)]
    closed = closed_round(
        private,
        ClosingTerms(
            round=round_,
            questions=questions,
            form=LensForm.STANDARD,
            invited={PEER: INVITATIONS_MAX},
            slots=dict.fromkeys(slots, PEER),
            floors=FLOORS,
            lead_attributed=False,
            own=(),
        ),
        sealed=dict.fromkeys(slots, sealed),
        digest=bytes(32),
    )
    assert sum(len(comments.fragments) for comments in closed.contents.comments) >= texts * INVITATIONS_MAX
    found = FeedbackRound(lens=new(), lens_number=1, closes_at=NOW, opened_on=date(2026, 11, 1))
    events = closing_events(
        RoundToEnd(subject=subject, round=round_, found=found, version=100),
        closed,
        version=100,
        at=NOW,
        by=new(),
        id_key=bytes(32),
    )
    mapper = EventMapper(OneKey())
    stored = [mapper.to_same_stored_event(event, secret=closed.seed) for event in events]
    assert len(stored) == INVITATIONS_MAX + 2
    assert sum(len(event.state) + HEADS_BYTES for event in stored) < RECORD_BYTES_MAX
