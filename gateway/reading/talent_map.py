"""The talents of a team as a table: a row for each talent, a cell for each who shared it; pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from gateway.reading.term_labels import Terms
from projections.views import catalogue, shared
from rules.clusters import CLUSTERS
from rules.names import plain_name
from rules.quadrants import STRONG_FROM

_PLACES = {cluster: place for place, cluster in enumerate(CLUSTERS)}


class MapRow(msgspec.Struct, frozen=True, kw_only=True):
    """One talent across a team, of a `term` or in own words: those of members, by their names."""

    key: str
    nl: str
    en: str
    term: catalogue.Term | None
    talents: tuple[shared.TeamTalent, ...]

    @property
    def holders(self) -> int:
        """How many people have it in fact, as they said themselves and shared."""
        strong = (one.owner for one in self.talents if one.strength and one.strength >= STRONG_FROM)
        return len(set(strong))

    @property
    def gives_to(self) -> list[str]:
        """Whom it gives energy, of those who shared that."""
        return list(dict.fromkeys(one.owner for one in self.talents if one.energy and one.energy > 0))

    @property
    def costs(self) -> list[str]:
        return list(dict.fromkeys(one.owner for one in self.talents if one.energy and one.energy < 0))

    @property
    def is_opposite(self) -> bool:
        """Whether it gives one person energy and costs another."""
        return any(one != other for one in self.gives_to for other in self.costs)


def map_rows(
    talents: Sequence[shared.TeamTalent],
    claimed: Terms,
    offered: Iterable[catalogue.Term],
    *,
    cluster: str | None = None,
) -> list[MapRow]:
    """
    Return the rows of a map: by cluster and then by Dutch name; own words, which are in no cluster, last.

    `claimed` are the terms of the talents, which have their words already; `offered` have a row whether
    anybody shared such a talent or not. With a `cluster`, only its rows.
    """
    by_term = {term.term: term for term in [*offered, *claimed.values()]}
    of_terms: dict[str, list[shared.TeamTalent]] = {term: [] for term in by_term}
    own_words: dict[str, list[shared.TeamTalent]] = {}
    for talent in talents:
        if talent.term in of_terms:
            of_terms[talent.term].append(talent)
        else:
            own_words.setdefault(_same_words(talent.title or ""), []).append(talent)
    terms = [term for term in by_term.values() if cluster in {None, term.cluster}]
    rows = [_of_term(term, of_terms[term.term]) for term in sorted(terms, key=_place)]
    return rows if cluster else [*rows, *_of_own_words(own_words)]


def last_fact(rows: Iterable[MapRow], *, nothing: datetime, until: datetime | None = None) -> datetime:
    """
    Return the moment of the newest fact that these rows show; `nothing` if they show none.

    With `until`, a moment of the past: words are shown as they read today, so their later facts don't count.
    """
    rows = list(rows)
    said = [talent.said_at for row in rows for talent in row.talents]
    changed = [row.term.changed_at for row in rows if row.term]
    return max([*said, *(at for at in changed if until is None or at <= until)], default=nothing)


def _place(term: catalogue.Term) -> tuple[int, str, str, str]:
    # A cluster of a newer program comes last.
    return _PLACES.get(term.cluster, len(_PLACES)), term.cluster, plain_name(term.nl), term.term


def _same_words(words: str) -> str:
    """Return what two people's own words have in common who wrote the same, in capitals or not."""
    return " ".join(words.split()).casefold()


def _of_term(term: catalogue.Term, talents: Sequence[shared.TeamTalent]) -> MapRow:
    return MapRow(key=term.term, nl=term.nl, en=term.en, term=term, talents=tuple(talents))


def _of_own_words(words: Mapping[str, Sequence[shared.TeamTalent]]) -> Iterable[MapRow]:
    for key in sorted(words, key=lambda key: (plain_name(key), key)):
        first = words[key][0]
        nl = first.title or ""
        yield MapRow(key=key, nl=nl, en=first.title_en or nl, term=None, talents=tuple(words[key]))
