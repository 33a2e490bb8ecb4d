"""
Gives talents that were claimed by a shared term the current words of that term.

A term that the catalogue's view has not seen yet, or has parked, leaves the words in which it was claimed.
"""

from collections.abc import Mapping
from typing import TypeVar

from msgspec.structs import replace

from projections.views import catalogue, profile, shared

Item = TypeVar("Item", bound=shared.SharedItem)
Terms = Mapping[str, catalogue.Term]
"""By the id of the claimed term: the term whose words it has, which is another one once it was merged."""


def claimed_terms(portfolio: profile.Portfolio) -> list[str]:
    return [talent.term for talent in portfolio.talents if talent.term is not None]


def relabelled_portfolio(terms: Terms, portfolio: profile.Portfolio) -> profile.Portfolio:
    """Return a portfolio with its talents in the current words, sorted by them."""
    if not terms:
        return portfolio
    talents = [_relabelled_talent(talent, terms.get(talent.term or "")) for talent in portfolio.talents]
    return replace(portfolio, talents=tuple(sorted(talents, key=profile.by_name)))


def _relabelled_talent(talent: profile.Talent, term: catalogue.Term | None) -> profile.Talent:
    return talent if term is None else replace(talent, name=term.nl, name_en=term.en, term=term.term)


def relabelled_item(terms: Terms, item: Item) -> Item:
    """Return a shared item with the current words of its term as title."""
    term = terms.get(item.term or "")
    return item if term is None else replace(item, title=term.nl, title_en=term.en, term=term.term)
