"""A list of shared terms, from its file to the log, and a talent claimed by one of them."""

from collections.abc import Iterator

import pytest

from events.catalog.catalogue import TermAdopted, TermProposed
from events.catalog.portfolio.talents import TalentClaimed
from rules.access.roles import Role
from rules.clusters import CLUSTERS
from services.admin.terms import (
    FILE_BYTES_MAX,
    PROBLEMS_SHOWN_MAX,
    SHIPPED,
    Loaded,
    TermListError,
    load_list,
    read_list,
)
from services.contexts.catalogue.commands import LIST_CHARS_MAX, TERMS_LOADED_MAX
from services.contexts.catalogue.decider import TERMS_OF_LISTS_MAX
from tests.backends.postgres import fresh_database
from tests.services.house import TALENT, House, furnish, opened

HEADER = "cluster,nl,en,esco\n"
ESCO = "data.europa.eu/esco/skill/1f1d2ff8-c4c1-45b3-9812-e47aec84c1ac"


@pytest.fixture(scope="module")
def house(postgres_url: str) -> Iterator[House]:
    with fresh_database(postgres_url) as url, opened(url) as house, house.log.folding():
        furnish(house)
        granted = house.ask(
            "administrator", Role.ADMINISTRATOR, "grantRole", role="WORKING_GROUP", subject="wg"
        )
        assert granted.outcome == "ACCEPTED"
        yield house


def catalogue(house: House) -> list[object]:
    return [recorded.event for recorded in house.events(f"catalogue-{house.vault.organisation()}")]


def proposed(house: House) -> list[TermProposed]:
    return [event for event in catalogue(house) if isinstance(event, TermProposed)]


def test_the_list_that_is_shipped_has_words_for_every_cluster() -> None:
    terms = read_list(SHIPPED.read_bytes())
    assert len(terms) == 60
    assert {row.term.cluster for row in terms} == CLUSTERS.keys()
    assert sum(row.term.esco is not None for row in terms) == 41


def test_a_row_is_a_word_in_both_languages_and_perhaps_its_address() -> None:
    (row,) = read_list(f"\ufeff{HEADER}calm, Rust ,Calm,http://{ESCO}\n".encode())
    term = row.term
    assert (term.cluster, term.label.nl, term.label.en) == ("calm", "Rust", "Calm")
    assert term.esco == f"https://{ESCO}"
    as_a_spreadsheet_does = "ESCO; NL ;en;cluster\r\n;Rust;Calm, and quiet;calm\r\n"
    (row,) = read_list(as_a_spreadsheet_does.encode())
    assert (row.line, row.term.label.en, row.term.esco) == (2, "Calm, and quiet", None)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no column cluster, nl, en, esco"),
        (HEADER.encode(), "no rows"),
        (b"cluster,nl\ncalm,Rust\n", "no column en, esco"),
        (b"\xff" + HEADER.encode(), "not UTF-8"),
        (HEADER.encode() + b'calm,"Rust', "no CSV"),
        (b" " * (FILE_BYTES_MAX + 1), "larger than"),
        (HEADER.encode() + b"calm,a,b,\n" * (TERMS_OF_LISTS_MAX + 1), f"more than {TERMS_OF_LISTS_MAX} rows"),
        (HEADER.encode() + b"calm,Rust,Calm,\nluck,Rust,Calm,\n", "Line 3, cluster: one of contact"),
        (HEADER.encode() + b"calm,,Calm,example.org\n", "Line 2, nl: Please"),
        (HEADER.encode() + b"calm,Rust,Calm,example.org\n", "Line 2, esco: This is no address"),
        (HEADER.encode() + b"\n\ncalm\n", "Line 4: this row has 1 cells, not 4"),
        (HEADER.encode() + b"calm,Rust, and so on,Calm,\n", "Line 2: this row has 5 cells, not 4"),
        (HEADER.encode() + b"calm,a,Care,\n\ncalm,b,care ,\n", "Line 4, en: these words are in 2 rows"),
    ],
)
def test_what_can_not_be_read_is_said_with_its_line(content: bytes, words: str) -> None:
    with pytest.raises(TermListError, match=words):
        read_list(content)


def test_of_many_problems_the_first_are_told() -> None:
    with pytest.raises(TermListError) as refused:
        read_list(
            HEADER.encode()
            + b"".join(b"calm,,Calm %c,\n" % n for n in range(65, 65 + PROBLEMS_SHOWN_MAX + 2))
        )
    lines = str(refused.value).splitlines()
    assert len(lines) == PROBLEMS_SHOWN_MAX + 1
    assert lines[-1] == "And 2 more."


@pytest.mark.postgres
def test_a_list_is_loaded_once_and_a_talent_claimed_by_its_words(house: House) -> None:
    rows = read_list(SHIPPED.read_bytes())
    assert load_list(house.handler, rows) == Loaded(adopted=60, left_out=())
    before = catalogue(house)
    assert [(event.nl, event.list) for event in proposed(house)] == [(r.term.label.nl, None) for r in rows]
    assert sum(isinstance(event, TermAdopted) for event in before) == len(rows)
    for again in (rows, rows[:7]):
        assert load_list(house.handler, again) == Loaded(adopted=0, left_out=())
    assert catalogue(house) == before

    word = proposed(house)[0]
    claimed = house.owner("claimTalent", **{**TALENT, "name": {"termId": word.term}})
    assert claimed.outcome == "ACCEPTED", claimed
    event = house.portfolio()[-1].event
    assert isinstance(event, TalentClaimed)
    assert (event.term, event.name, event.name_en) == (word.term, word.nl, word.en)


@pytest.mark.postgres
def test_a_word_can_be_claimed_as_soon_as_it_is_adopted_and_no_longer_when_it_is_retired(
    house: House,
) -> None:
    label = {"nl": "Bruggen bouwen", "en": "Building bridges"}
    term = house.owner("proposeTerm", label=label, clusterId="together").entity_id
    last = house.events(f"catalogue-{house.vault.organisation()}")[-1]
    assert last.by == house.vault.organisation(), "who proposed it is nobody's to see"
    by_term = {**TALENT, "name": {"termId": term}}
    assert [refusal.code for refusal in house.owner("claimTalent", **by_term).refusals] == ["WRONG_STATE"]
    assert house.ask("wg", Role.WORKING_GROUP, "adoptTerm", termId=term).outcome == "ACCEPTED"
    # One process read the catalogue before the term was in it.
    assert house.owner("claimTalent", **by_term).outcome == "ACCEPTED"
    assert house.ask("wg", Role.WORKING_GROUP, "retireTerm", termId=term).outcome == "ACCEPTED"
    again = house.owner("claimTalent", **by_term, handler=house.another_process())
    assert [refusal.code for refusal in again.refusals] == ["WRONG_STATE"]


@pytest.mark.postgres
def test_what_a_list_can_not_bring_in_is_told_with_its_line(house: House) -> None:
    label = {"nl": "Meedenken", "en": "Thinking along"}
    waiting = house.owner("proposeTerm", label=label, clusterId="together").entity_id
    retired = house.owner("proposeTerm", label={"nl": "Weg", "en": "Gone"}, clusterId="calm").entity_id
    assert house.ask("wg", Role.WORKING_GROUP, "retireTerm", termId=retired).outcome == "ACCEPTED"
    house.owner("proposeTerm", label={"nl": "Durf", "en": "Daring"}, clusterId="calm")
    rows = "together,Meedenken,Thinking along,\ncalm,Weg,Gone,\ncalm,Moed,DARING,\ncalm,Nu,Now,\n"
    loaded = load_list(house.handler, read_list((HEADER + rows).encode()))
    assert (loaded.adopted, [row.line for row in loaded.left_out]) == (2, [3, 4])
    assert waiting is not None
    assert house.handler.catalogue().terms[waiting].state == "ADOPTED"


@pytest.mark.postgres
def test_a_word_of_a_list_that_was_merged_is_there_and_one_that_was_freed_comes_in(house: House) -> None:
    rows = read_list((HEADER + "calm,Bedaard,Composed,\ncalm,Gelaten,Serene,\n").encode())
    assert load_list(house.handler, rows).adopted == 2
    words = {term.nl: name for name, term in house.handler.catalogue().terms.items()}
    merged = house.ask(
        "wg", Role.WORKING_GROUP, "mergeTerms", termIds=[words["Gelaten"]], intoId=words["Bedaard"]
    )
    assert merged.outcome == "ACCEPTED"
    assert load_list(house.handler, rows) == Loaded(adopted=0, left_out=())

    label = {"nl": "Onverstoord", "en": "Unmoved"}
    term = house.owner("proposeTerm", label=label, clusterId="calm").entity_id
    more = read_list((HEADER + "calm,Onverstoord,Undisturbed,\n").encode())
    assert [row.line for row in load_list(house.handler, more).left_out] == [2]
    other = {"nl": "Onbewogen", "en": "Unmoved"}
    assert house.ask("wg", Role.WORKING_GROUP, "rewordTerm", termId=term, label=other).outcome == "ACCEPTED"
    assert load_list(house.handler, more) == Loaded(adopted=1, left_out=())


@pytest.mark.postgres
def test_a_longer_list_goes_in_parts_and_under_its_name(house: House) -> None:
    rows = "".join(f"making,Woord {n},Word {n},\n" for n in range(TERMS_LOADED_MAX + 1))
    load_list(house.handler, read_list((HEADER + rows).encode()), list_name="long")
    assert sum(event.list == "long" for event in proposed(house)) == TERMS_LOADED_MAX + 1
    with pytest.raises(TermListError, match="name"):
        load_list(house.handler, (), list_name="x" * (LIST_CHARS_MAX + 1))


@pytest.mark.postgres
def test_more_words_than_there_is_room_for_are_refused(house: House) -> None:
    rows = "".join(f"making,Vol {n},Full {n},\n" for n in range(TERMS_OF_LISTS_MAX))
    with pytest.raises(TermListError, match=f"room for {TERMS_OF_LISTS_MAX} words"):
        load_list(house.handler, read_list((HEADER + rows).encode()), list_name="full")
