"""The shared words as they are now: by page, by search, and a merged one as the one it reads as."""

from datetime import timedelta

import psycopg
import pytest

from events.catalog.catalogue import (
    CatalogueEvent,
    TermAdopted,
    TermAligned,
    TermProposed,
    TermRetired,
    TermReworded,
    TermsMerged,
)
from events.codec import UnknownEvent
from projections.views import catalogue
from rules.clusters import TermState
from tests.projections.views.given import NOON, facts, folded, read

pytestmark = pytest.mark.postgres

STREAM = f"catalogue-{'d' * 32}"
ESCO = "https://data.europa.eu/esco/skill/1f1d2ff8-c4c1-45b3-9812-e47aec84c1ac"


def proposed(term: str, nl: str, en: str, cluster: str = "calm") -> tuple[CatalogueEvent, ...]:
    return (TermProposed(term=term, nl=nl, en=en, cluster=cluster),)


def adopted(term: str, nl: str, en: str, cluster: str = "calm") -> tuple[CatalogueEvent, ...]:
    return *proposed(term, nl, en, cluster), TermAdopted(term=term)


def happened(database: str, *events: CatalogueEvent | UnknownEvent) -> None:
    folded(database, catalogue.VIEW, facts(*[(STREAM, event) for event in events]))


def page(
    database: str,
    *,
    state: TermState = "ADOPTED",
    cluster: str | None = None,
    search: str = "",
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> list[catalogue.Term]:
    async def reading(connection: psycopg.AsyncConnection) -> list[catalogue.Term]:
        return await catalogue.terms(
            connection, state=state, cluster=cluster, search=search, after=after, limit=limit
        )

    return read(database, reading)


def ids(database: str, **asked: str) -> list[str]:
    return [term.term for term in page(database, **asked)]  # type: ignore[arg-type]


def test_a_word_is_what_became_of_it(database: str) -> None:
    happened(
        database,
        *adopted("a", "Rust", "Calm"),
        TermReworded(term="a", nl="Kalmte", en="Calmness"),
        TermAligned(term="a", esco=ESCO),
        *proposed("b", "Moed", "Courage", "making"),
    )
    (term,) = page(database)
    assert term == catalogue.Term(
        term="a",
        nl="Kalmte",
        en="Calmness",
        cluster="calm",
        state="ADOPTED",
        esco=ESCO,
        merged_into=None,
        changed_at=NOON + timedelta(hours=3),
    )
    assert ids(database, state="PROPOSED") == ["b"]
    assert read(database, catalogue.version) == 5


def test_words_are_in_the_order_of_their_dutch_form_and_read_by_pages(database: str) -> None:
    words = [("c", "Één stap"), ("a", "zien"), ("b", "Eenvoud"), ("d", "eén stap")]
    happened(database, *(event for term, nl in words for event in adopted(term, nl, f"en {term}")))
    order, after = [], None
    while found := page(database, after=after, limit=1):
        order.append(found[0].term)
        after = (found[0].nl, found[0].term)
    assert order == ["c", "d", "b", "a"]


def test_words_are_found_in_both_languages_and_by_cluster(database: str) -> None:
    happened(database, *adopted("a", "Één stap", "A step"), *adopted("b", "Moed", "Courage", "making"))
    assert ids(database, search="een st") == ["a"]
    assert ids(database, search="STEP") == ids(database, search="ste") == ["a"]
    assert ids(database, search="tep") == []
    assert ids(database, search="moe", cluster="making") == ["b"]
    assert ids(database, cluster="calm") == ["a"]
    assert ids(database, search="%") == ids(database, search="_") == ["a", "b"]
    assert ids(database, search="nowhere") == []


def test_what_is_merged_reads_as_the_one_kept_and_what_is_retired_as_itself(database: str) -> None:
    happened(
        database,
        *adopted("a", "Rust", "Calm"),
        *adopted("b", "Kalmte", "Calmness"),
        *adopted("c", "Moed", "Courage"),
        TermsMerged(terms=("a",), into="b"),
        TermsMerged(terms=("b", "a"), into="c"),
        *proposed("d", "Durf", "Daring"),
        TermRetired(term="d"),
    )
    found = read(database, catalogue.terms_read_as, ["a", "b", "c", "d", "x"])
    assert {asked: term.term for asked, term in found.items()} == {"a": "c", "b": "c", "c": "c", "d": "d"}
    assert ids(database, state="MERGED") == ["b", "a"]
    assert {term.merged_into for term in page(database, state="MERGED")} == {"c"}
    assert ids(database, state="RETIRED") == ["d"]


def test_what_a_newer_program_wrote_is_passed_over(database: str) -> None:
    happened(database, *adopted("a", "Rust", "Calm"), UnknownEvent(name="catalogue.term-sung.v1", raw=b"{}"))
    assert ids(database) == ["a"]
    assert read(database, catalogue.version) == 3
