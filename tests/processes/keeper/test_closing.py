"""The longest row fits, whatever a lens asks."""

from processes.keeper.closing import ROW_BYTES, Row, padded
from rules.feedback.answers import Answer
from rules.feedback.questions import QUESTIONS_MAX, TERMS_PICKED_MAX, Perspective


def test_the_longest_row_fits_the_one_length() -> None:
    longest = Answer(question="f" * 32, terms=("f" * 32,) * TERMS_PICKED_MAX)
    row = Row(perspectives=tuple(Perspective), answers=(longest,) * QUESTIONS_MAX)
    assert len(padded(row)) == len(padded(Row())) == ROW_BYTES
