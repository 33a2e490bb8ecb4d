"""
Gives talents that were claimed by a shared term the current words of that term.

A term that the catalogue's view has not seen yet, or has parked, leaves the words in which it was claimed.
"""

from collections.abc import Callable, Iterable, Mapping
from time import monotonic
from typing import Final, TypeVar

from msgspec.structs import replace

from kit.postgres.statements import Ask
from projections.views import catalogue, profile, shared

TERMS_KEPT_MAX: Final = 20_000
TERMS_KEPT_S: Final = 300.0

Item = TypeVar("Item", bound=shared.SharedItem)
Terms = Mapping[str, catalogue.Term]
"""By the id of the claimed term: the term whose words it has, which is another one once it was merged."""


class KeptTerms:
    """
    Terms that were read, kept while the catalogue stays the same.

    Most pages have terms, and the catalogue rarely changes. Its key, `catalogue.VERSION_KEY`, is read in one
    statement with what is shown. With another key, or after TERMS_KEPT_S, the terms are read again.
    """

    def __init__(self, ask: Ask, *, now_s: Callable[[], float] = monotonic) -> None:
        self._ask = ask
        self._now_s = now_s
        self._key: str | None = None
        self._known: dict[str, catalogue.Term | None] = {}
        """None for a term that the catalogue does not have."""
        self._until_s = 0.0

    async def of(self, claimed: Iterable[str], key: str | None) -> tuple[Terms, str | None]:
        """Return what `catalogue.terms_read_as` does, and the key that it is from: `key`, or a later one."""
        wanted = dict.fromkeys(claimed)
        if not wanted:
            return {}, key
        known = self._known
        if (
            key is None
            or key != self._key
            or self._now_s() >= self._until_s
            or not known.keys() >= wanted.keys()
        ):
            key = await self._read(list(wanted))
            known = self._known
        return {term: read for term in wanted if (read := known[term]) is not None}, key

    async def _read(self, wanted: list[str]) -> str | None:
        found, key = await catalogue.terms_with_key(self._ask, wanted)
        now_s = self._now_s()
        is_old = key != self._key or now_s >= self._until_s
        if is_old or len(self._known) + len(wanted) > TERMS_KEPT_MAX:
            # A new one, so that what another caller is given meanwhile is all of one key.
            self._known, self._key, self._until_s = {}, key, now_s + TERMS_KEPT_S
        self._known.update((term, found.get(term)) for term in wanted)
        return key


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
