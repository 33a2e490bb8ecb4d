"""The shared words for talents as they stand, and what each event makes of them."""

from collections.abc import Iterable
from typing import assert_never

import msgspec

from events.catalog.catalogue import (
    CatalogueEvent,
    TermAdopted,
    TermAligned,
    TermProposed,
    TermRetired,
    TermReworded,
    TermsMerged,
)
from services.deciding import TermState, Word


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A term as it stands; `into` is the one it reads as, once it was merged."""

    nl: str
    en: str
    cluster: str
    state: TermState = "PROPOSED"
    into: str | None = None
    esco: str | None = None

    @property
    def in_use(self) -> bool:
        return self.state in {"PROPOSED", "ADOPTED"}


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """Every term that ever was, by id."""

    terms: dict[str, Term] = {}

    def word(self, term: str) -> Word | None:
        """Return a term as who picks it needs it."""
        found = self.terms.get(term)
        if found is None:
            return None
        return Word(nl=found.nl, en=found.en, state=found.state, merged=frozenset(self.merged_into(term)))

    def merged_into(self, term: str) -> tuple[str, ...]:
        return tuple(name for name, other in self.terms.items() if other.into == term)


def evolve(state: Catalogue, event: CatalogueEvent) -> Catalogue:
    match event:
        case TermProposed():
            return _with(state, (event.term,), Term(nl=event.nl, en=event.en, cluster=event.cluster))
        case TermAdopted(term=term):
            return _changed(state, (term,), state="ADOPTED")
        case TermReworded(term=term, nl=nl, en=en):
            return _changed(state, (term,), nl=nl, en=en)
        case TermsMerged(terms=terms, into=into):
            return _changed(state, terms, state="MERGED", into=into)
        case TermRetired(term=term):
            return _changed(state, (term,), state="RETIRED")
        case TermAligned(term=term, esco=esco):
            return _changed(state, (term,), esco=esco)
        case _:
            assert_never(event)


def _with(catalogue: Catalogue, names: Iterable[str], term: Term) -> Catalogue:
    return Catalogue(terms={**catalogue.terms, **dict.fromkeys(names, term)})


def _changed(catalogue: Catalogue, names: Iterable[str], **changes: object) -> Catalogue:
    """Change terms that are there."""
    there = {name: catalogue.terms[name] for name in names if name in catalogue.terms}
    changed = {name: msgspec.structs.replace(term, **changes) for name, term in there.items()}
    return Catalogue(terms={**catalogue.terms, **changed})
