"""Events of insights: the owner's own conclusions from a mirror."""

from events.catalog.registry import Event, event


@event("portfolio.mirror-insight-kept.v1")
class MirrorInsightKept(Event, frozen=True, kw_only=True):
    """A conclusion from the mirror of a round; about one of its questions, or about the whole."""

    insight: str
    round: str
    question: str | None = None
    conclusion: str


InsightEvent = MirrorInsightKept
