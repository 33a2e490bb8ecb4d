"""Events of evidence and reflections."""

from events.catalog.registry import Event, event
from rules import kinds


@event("portfolio.evidence-added.v1")
class EvidenceAdded(Event, frozen=True, kw_only=True):
    """Evidence of talents: a story in `text`, or the https address of a page or badge in `link`."""

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
    """A note about items of this portfolio, or about none."""

    reflection: str
    text: str
    about: tuple[str, ...] = ()


EvidenceEvent = EvidenceAdded | EvidenceWithdrawn | ReflectionWritten
