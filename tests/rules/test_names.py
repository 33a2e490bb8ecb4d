"""Names are compared without case, accents and marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.names import name_words, plain_name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Zoë d'Hondt-Smit", ("zoe", "d", "hondt", "smit")),
        ("  Ann   de WIT ", ("ann", "de", "wit")),
        ("Groß", ("gross",)),
        ("Łukasz Öztürk", ("lukasz", "ozturk")),
        ("Søren Đorđe Ðuro", ("soren", "dorde", "duro")),
        ("Iş\N{LATIN SMALL LETTER DOTLESS I}k", ("isik",)),
        ("Ærø Œuvre Þóra", ("aero", "oeuvre", "thora")),
        ("100%_\\", ("100",)),
        ("", ()),
    ],
)
def test_a_name_is_its_plain_words(name: str, words: tuple[str, ...]) -> None:
    assert name_words(name) == words


@given(st.text())
def test_a_plain_name_is_plain_already_and_holds_no_sign_of_a_search(name: str) -> None:
    plain = plain_name(name)
    assert plain_name(plain) == plain
    assert not set(plain) & set("%_\\")
