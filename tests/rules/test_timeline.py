"""Every event of a portfolio has a line in both languages; an unknown event has a neutral one."""

from datetime import date
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.catalog.portfolio import PortfolioEvent
from rules import kinds
from rules.texts import QUOTED, LocalLine
from rules.timeline import NAME_CHARS_MAX, entry_id, short_name, summary

DAY = date(2027, 3, 3)
NEUTRAL = summary("SongSung")
DETAILS: dict[str, tuple[str, ...]] = {
    "EnergySourceNoted": tuple(kinds.EnergySourceKind),
    "ItemShared": get_args(kinds.Audience),
    "GoalOfferTakenBack": get_args(kinds.OfferEnd),
    "ItemSharingEnded": get_args(kinds.SharingEnd),
    "GoalProgressNoted": ("40",),
}
FACTS = [
    (kind.__name__, detail)
    for kind in get_args(PortfolioEvent)
    for detail in DETAILS.get(kind.__name__, (None,))
]


@pytest.mark.parametrize(("fact", "detail"), FACTS)
def test_every_fact_of_a_portfolio_has_its_own_line(fact: str, detail: str | None) -> None:
    said = summary(
        fact, item=LocalLine(nl="Luisteren", en="Listening"), kind="talent", detail=detail, day=DAY
    )
    assert said != NEUTRAL
    assert said.nl != said.en
    for line in (said.nl, said.en):
        assert line[0].isupper()
        assert not set(line) & set("{}?")


def test_no_two_facts_say_the_same() -> None:
    said = [summary(fact, detail=detail) for fact, detail in FACTS]
    assert len(set(map(str, said))) == len(said)


@pytest.mark.parametrize("kind", kinds.ItemKind)
def test_whatever_can_be_shared_is_called_by_its_kind(kind: str) -> None:
    said = summary("ItemShared", kind=kind, detail="team", day=DAY)
    assert not said.nl.startswith("Iets")
    assert not said.en.startswith("Something")


def test_a_line_holds_the_items_own_words() -> None:
    words = LocalLine(nl="Luisteren zonder oordeel", en="Listening without judging")
    named, named_en = QUOTED.format(words.nl), QUOTED.format(words.en)
    assert summary("TalentClaimed", item=words) == LocalLine(
        nl=f"Talent {named} toegevoegd", en=f"Talent {named_en} added"
    )
    assert summary("TalentClaimed") == LocalLine(nl="Talent toegevoegd", en="Talent added")
    shared = summary("ItemShared", item=words, kind="talent", detail="team", day=DAY)
    assert shared == LocalLine(
        nl=f"Talent {named} gedeeld met het team, tot en met 3 maart 2027",
        en=f"Talent {named_en} shared with the team, through 3 March 2027",
    )


FIELDS = st.fixed_dictionaries(
    {}, optional={"item": st.builds(LocalLine), "kind": st.text(), "detail": st.text()}
)


@given(fields=FIELDS, fact=st.text())
def test_a_fact_it_does_not_know_has_a_neutral_line(fact: str, fields: dict[str, Any]) -> None:
    assert summary("SongSung", **fields) == NEUTRAL
    assert summary(fact, **fields).nl


@given(st.text(min_size=1).filter(str.strip))
def test_words_are_shortened_to_a_line_and_never_to_nothing(text: str) -> None:
    short = short_name(text)
    assert 0 < len(short) <= NAME_CHARS_MAX
    assert "\n" not in short


def test_short_words_stand_as_they_are_and_long_ones_end_at_a_word() -> None:
    assert short_name("Vaker samen wandelen") == "Vaker samen wandelen"
    assert short_name("woord " * 40) == "woord " * 13 + "\u2026"
    assert short_name("a" * 100) == "a" * 79 + "\u2026"


def test_an_entry_is_named_after_whose_it_is_and_its_version() -> None:
    ids = {entry_id(person, version) for person in ("a" * 32, "b" * 32) for version in (1, 2, 11)}
    assert len(ids) == 6
