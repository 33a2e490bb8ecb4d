"""The words for talents that everyone shares: stream `catalogue-<organisation>`."""

from events.catalog.registry import Event, event


@event("catalogue.term-proposed.v1")
class TermProposed(Event, frozen=True, kw_only=True):
    """By anyone, in a cluster of rules/clusters.py; `list` is the name of the list it was loaded from."""

    term: str
    nl: str
    en: str
    cluster: str
    list: str | None = None


@event("catalogue.term-adopted.v1")
class TermAdopted(Event, frozen=True, kw_only=True):
    """From now on it can be picked; a retired one can be picked again."""

    term: str


@event("catalogue.term-reworded.v1")
class TermReworded(Event, frozen=True, kw_only=True):
    term: str
    nl: str
    en: str


@event("catalogue.terms-merged.v1")
class TermsMerged(Event, frozen=True, kw_only=True):
    """From now on all `terms` read as `into`: those merged now, and those merged into these before."""

    terms: tuple[str, ...]
    into: str


@event("catalogue.term-retired.v1")
class TermRetired(Event, frozen=True, kw_only=True):
    """Claims keep it; it can't be picked any more. A proposal that is not adopted is retired, too."""

    term: str


@event("catalogue.term-aligned.v1")
class TermAligned(Event, frozen=True, kw_only=True):
    """`esco` is the address of the same concept in ESCO; None: there is none any more."""

    term: str
    esco: str | None = None


CatalogueEvent = TermProposed | TermAdopted | TermReworded | TermsMerged | TermRetired | TermAligned
