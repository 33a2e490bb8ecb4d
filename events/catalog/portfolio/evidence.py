"""What shows a talent, and what the owner thinks about it."""

from events.catalog.registry import Event, event
from rules import kinds


@event("portfolio.evidence-added.v1")
class EvidenceAdded(Event, frozen=True, kw_only=True):
    """What shows a talent: `text` of a story, the https address `link` of a link or badge."""

    evidence: str
    kind: kinds.EvidenceKind
    title: str
    link: str | None = None
    text: str | None = None
    talents: tuple[str, ...] = ()


@event("portfolio.evidence-withdrawn.v1")
class EvidenceWithdrawn(Event, frozen=True, kw_only=True):
    evidence: str


@event("portfolio.reflection-written.v1")
class ReflectionWritten(Event, frozen=True, kw_only=True):
    """A note about items of this portfolio, or about nothing in particular."""

    reflection: str
    text: str
    about: tuple[str, ...] = ()


EvidenceEvent = EvidenceAdded | EvidenceWithdrawn | ReflectionWritten
