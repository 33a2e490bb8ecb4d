"""How questions of lenses work, over many rounds: stream `quality-<organisation>`, written by a process."""

from typing import Final

from events.catalog.registry import Event, event
from rules.feedback.mirror import Portion

SEALED: Final = False


@event("quality.question-measured.v1")
class QuestionMeasured(Event, frozen=True, kw_only=True):
    """
    The part of those asked who answered this question of a lens, or had not seen it, over all counted rounds.

    `figure` is a random id of the figure. Of a question that can't be "not seen", `not_seen` is None.
    """

    question: str
    figure: str
    answered: Portion
    not_seen: Portion | None = None


QualityEvent = QuestionMeasured
