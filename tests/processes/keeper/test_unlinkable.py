"""
Neither the order of rows nor that of comments says who wrote them: privacy rule 5, over 2,000 closings.

The keys are made from numbers, so that the counts are the same in every run.
"""

from collections import Counter
from hashlib import sha256

import msgspec

from events.privacy.answers import info_of, public_key_of, seal_answers
from events.privacy.sealing import open_sealed
from processes.keeper.closing import Row, closed_round
from rules.feedback.answers import fill_up
from rules.feedback.questions import Perspective
from tests.processes.keeper.rounds import answers, terms

CLOSINGS = 2_000
RATERS = 5
LEAST, MOST = 329, 474
"""With chance 1/5, any of the 15 counts is outside of these in one of 1,000 such tests (99.9 %)."""
PEER = Perspective.PEER


def digest(*parts: object) -> bytes:
    return sha256(repr(parts).encode()).digest()


def test_places_of_rows_and_comments_are_as_good_as_drawn() -> None:
    places_of_row: Counter[int] = Counter()
    places_of_comment: Counter[int] = Counter()
    apart: Counter[int] = Counter()
    for number in range(CLOSINGS):
        private, round_ = digest("key", number), digest("round", number).hex()[:32]
        slots = [digest("slot", number, rater).hex()[:32] for rater in range(RATERS)]
        sealed = {
            slot: seal_answers(
                public_key_of(private), info_of(round_, PEER), fill_up(answers(rater + 1, f"van {rater}"))
            )
            for rater, slot in enumerate(slots)
        }
        closed = closed_round(private, terms(round_, {PEER: RATERS}), sealed=sealed, digest=digest(number))
        rows = [
            msgspec.json.decode(open_sealed(closed.mirror_key, round_, row), type=Row) for row in closed.rows
        ]
        row = next(place for place, one in enumerate(rows) if one.answers[0].scale == 1)
        texts = [one.text for one in closed.contents.comments[0].fragments]
        comment = texts.index("van 0")
        places_of_row[row] += 1
        places_of_comment[comment] += 1
        apart[(row - comment) % RATERS] += 1
    for places in (places_of_row, places_of_comment, apart):
        assert len(places) == RATERS
        assert min(places.values()) > LEAST
        assert max(places.values()) < MOST
