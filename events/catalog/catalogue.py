"""Events of the shared terms for talents: stream `catalogue-<organisation>`."""

from typing import Final

from events.catalog.registry import Event, event

SEALED: Final = False


@event("catalogue.term-proposed.v1")
class TermProposed(Event, frozen=True, kw_only=True):
    """A term is proposed, in a cluster of rules/clusters.py; `list` names the list it was loaded from."""

    term: str
    nl: str
    en: str
    cluster: str
    list: str | None = None


@event("catalogue.term-adopted.v1")
class TermAdopted(Event, frozen=True, kw_only=True):
    """The term, proposed or retired before, can be picked from now on."""

    term: str


@event("catalogue.term-reworded.v1")
class TermReworded(Event, frozen=True, kw_only=True):
    term: str
    nl: str
    en: str


@event("catalogue.terms-merged.v1")
class TermsMerged(Event, frozen=True, kw_only=True):
    """`terms` read as `into` from now on: the merged terms, and those merged into them earlier."""

    terms: tuple[str, ...]
    into: str


@event("catalogue.term-retired.v1")
class TermRetired(Event, frozen=True, kw_only=True):
    """The term can't be picked any more; claims keep it. A rejected proposal ends this way too."""

    term: str


@event("catalogue.term-aligned.v1")
class TermAligned(Event, frozen=True, kw_only=True):
    """`esco` is the address of the same skill in ESCO; None removes it."""

    term: str
    esco: str | None = None


CatalogueEvent = TermProposed | TermAdopted | TermReworded | TermsMerged | TermRetired | TermAligned
