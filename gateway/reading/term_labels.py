"""
Talents that were claimed by a shared word, told in the words it has now.

Of a term that the catalogue's view hasn't seen yet, or can't digest, the words stay that it was claimed in.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from projections.views import catalogue, profile, shared

Terms = Mapping[str, catalogue.Term]
"""By the id that was claimed: the term it reads as, which is another one once it was merged."""


def terms_claimed(portfolio: profile.Portfolio) -> list[str]:
    return [talent.term for talent in portfolio.talents if talent.term is not None]


def portfolio_in(terms: Terms, portfolio: profile.Portfolio) -> profile.Portfolio:
    """Return a portfolio with its talents in the words of now."""
    if not terms:
        return portfolio
    talents = [_talent(talent, terms.get(talent.term or "")) for talent in portfolio.talents]
    return replace(portfolio, talents=tuple(sorted(talents, key=profile.by_name)))


def _talent(talent: profile.Talent, term: catalogue.Term | None) -> profile.Talent:
    return talent if term is None else replace(talent, name=term.nl, name_en=term.en, term=term.term)


def item_in(terms: Terms, item: shared.SharedItem) -> shared.SharedItem:
    """Return an item that was shared, alike."""
    term = terms.get(item.term or "")
    return item if term is None else replace(item, title=term.nl, title_en=term.en, term=term.term)
