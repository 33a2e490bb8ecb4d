"""The state of the catalogue of shared terms, and how events change it."""

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
from rules.clusters import TermState
from services.decisions.command import SharedTerm
from services.decisions.validation import same_words


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """
    A term. `into` is the term it was merged into, if it was.

    `same`: the normalised Dutch and English labels; two terms with equal ones look alike.
    """

    nl: str
    en: str
    cluster: str
    same: tuple[str, str]
    state: TermState = "PROPOSED"
    into: str | None = None
    esco: str | None = None


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """All terms, by id; none is ever removed."""

    terms: dict[str, Term] = {}

    def shared_term(self, name: str) -> SharedTerm | None:
        """Return a term for a command that picks it; for a merged one, the term it was merged into."""
        if name not in self.terms:
            return None
        read_as = self.terms[name].into or name
        term, merged = self.terms[read_as], frozenset(self.merged_into(read_as))
        return SharedTerm(term=read_as, nl=term.nl, en=term.en, state=term.state, merged=merged)

    def merged_into(self, term: str) -> tuple[str, ...]:
        return tuple(name for name, other in self.terms.items() if other.into == term)


def evolve(state: Catalogue, event: CatalogueEvent) -> Catalogue:
    match event:
        case TermProposed():
            same = same_label(event.nl, event.en)
            term = Term(nl=event.nl, en=event.en, cluster=event.cluster, same=same)
            return Catalogue(terms={**state.terms, event.term: term})
        case TermAdopted(term=name):
            return _changed(state, (name,), state="ADOPTED")
        case TermReworded(term=name, nl=nl, en=en):
            return _changed(state, (name,), nl=nl, en=en, same=same_label(nl, en))
        case TermsMerged(terms=terms, into=into):
            return _changed(state, terms, state="MERGED", into=into)
        case TermRetired(term=name):
            return _changed(state, (name,), state="RETIRED")
        case TermAligned(term=name, esco=esco):
            return _changed(state, (name,), esco=esco)
        case _:
            assert_never(event)


def same_label(nl: str, en: str) -> tuple[str, str]:
    return same_words(nl), same_words(en)


def _changed(catalogue: Catalogue, names: Iterable[str], **changes: object) -> Catalogue:
    """Return the catalogue with these terms changed; unknown ones are skipped."""
    existing = {name: catalogue.terms[name] for name in names if name in catalogue.terms}
    changed = {name: msgspec.structs.replace(term, **changes) for name, term in existing.items()}
    return Catalogue(terms={**catalogue.terms, **changed})
