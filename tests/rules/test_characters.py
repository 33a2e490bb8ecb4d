"""Keys that look the same are the same, and a text shows something."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.characters import key_fault, shows_nothing, text_fault, visible

UNSEEN = [
    "\u00ad",
    "\u034f",
    "\u061c",
    "\u115f",
    "\u1160",
    "\u17b4",
    "\u180e",
    "\u200b",
    "\u200d",
    "\u202e",
    "\u2060",
    "\u2066",
    "\u2800",
    "\u3164",
    "\ufe0f",
    "\ufeff",
    "\uffa0",
    "\U000e0020",
    "\U000e0100",
]


@pytest.mark.parametrize("char", UNSEEN)
def test_what_nobody_sees_is_empty_alone_and_refused_in_a_key_with_its_code_point(char: str) -> None:
    assert shows_nothing(f" {char}{char} ")
    assert visible(f"a{char} b") == "a b"
    fault = key_fault(f"e1{char}")
    assert fault is not None
    assert f"U+{ord(char):04X}" in fault.nl
    assert f"U+{ord(char):04X}" in fault.en


@pytest.mark.parametrize("key", ["e1", "e-1", "0042", "wijk zuid", "café", "الفريق", "チーム", "a.b@c.nl"])
def test_a_key_of_any_script_is_taken(key: str) -> None:
    assert key_fault(key) is None


@pytest.mark.parametrize("key", [" e1", "e1 ", "wijk\u00a0zuid", "wijk\u3000zuid", "cafe\u0301", "\u212b"])
def test_a_key_that_looks_like_another_is_refused(key: str) -> None:
    assert key_fault(key) is not None


@given(st.text(min_size=1), st.sampled_from(UNSEEN))
def test_of_two_keys_that_differ_in_what_nobody_sees_one_is_refused(key: str, char: str) -> None:
    assert key_fault(key + char) is not None


@given(st.text())
def test_a_key_without_fault_is_in_its_composed_form(key: str) -> None:
    if key_fault(key) is None:
        assert unicodedata.normalize("NFC", key) == key
        assert visible(key) == key


@pytest.mark.parametrize("text", ["Samen koken 👩\u200d🍳 ☕\ufe0f", "\u2068ليلى\u2069 en ik", "שלום\u200f"])
def test_a_text_keeps_the_marks_that_its_script_needs(text: str) -> None:
    assert text_fault(text, lines=False) is None


@pytest.mark.parametrize(
    "text", ["betaald \u202e001", "\u2067open", "dicht\u2069", "\u2069\u2068", "regel\nregel"]
)
def test_a_text_turns_no_other_text_around(text: str) -> None:
    assert text_fault(text, lines=False) is not None
