"""How the questions of lenses are answered: the last figure of each."""

import pytest

from events.catalog.quality import QuestionMeasured
from events.codec import UnknownEvent
from projections.views import quality
from rules.feedback.mirror import Portion
from tests.projections.views.given import facts, folded, read

pytestmark = pytest.mark.postgres
STREAM = f"quality-{'d' * 32}"


def test_the_last_figure_of_each_question_counts(database: str) -> None:
    events = (
        QuestionMeasured(question="a", figure="1", answered=Portion.FEW, not_seen=Portion.MOST),
        QuestionMeasured(question="b", figure="2", answered=Portion.SOME),
        UnknownEvent(name="quality.question-sung.v1", raw=b"{}"),
        QuestionMeasured(question="a", figure="3", answered=Portion.MOST, not_seen=Portion.FEW),
    )
    folded(database, quality.VIEW, facts(*[(STREAM, event) for event in events]))
    assert read(database, quality.measured, ["a", "b", "c"]) == {
        "a": quality.Measured(question="a", answered=Portion.MOST, not_seen=Portion.FEW),
        "b": quality.Measured(question="b", answered=Portion.SOME, not_seen=None),
    }
