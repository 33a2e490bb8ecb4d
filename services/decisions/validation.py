"""Checks of single input fields; what is wrong with one is said in Dutch and English."""

import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit

from rules.characters import key_fault, shows_nothing, text_fault, visible
from rules.commands import Refusal

_INVISIBLE: Final = frozenset({"Cf", "Co", "Cn"})
"""Unicode categories of characters that are invisible, so that different labels could look the same."""
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
ADDRESS_CHARS_MAX: Final = 2_000
_ADDRESS: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
"""The characters of RFC 3986, section 2."""


def invalid(field: tuple[str, ...], *, nl: str, en: str) -> Refusal:
    return Refusal(code="INVALID_INPUT", field=field, nl=nl, en=en)


def text_refusals(value: str, *field: str, chars_max: int, lines: bool = False) -> list[Refusal]:
    """Return what is wrong with a text: shows nothing, too long, or characters that can't or may not show."""
    if found := _length_refusals(value, *field, chars_max=chars_max):
        return found
    fault = text_fault(value, lines=lines)
    return [] if fault is None else [invalid(field, nl=fault.nl, en=fault.en)]


def words_refusals(value: str, *field: str, chars_max: int) -> list[Refusal]:
    """Return what is wrong with words that everybody will read, and that may look like no others."""
    if found := text_refusals(value, *field, chars_max=chars_max):
        return found
    if any(unicodedata.category(char) in _INVISIBLE for char in value) or not any(map(str.isalpha, value)):
        nl = "Schrijf dit met letters, zonder tekens die je niet ziet."
        en = "Write this with letters, without characters that are not seen."
        return [invalid(field, nl=nl, en=en)]
    return []


def key_refusals(value: str, *field: str, chars_max: int) -> list[Refusal]:
    """Return what is wrong with a key of the HR system, which is compared character by character."""
    if found := _length_refusals(value, *field, chars_max=chars_max):
        return found
    fault = key_fault(value)
    return [] if fault is None else [invalid(field, nl=fault.nl, en=fault.en)]


def optional_text_refusals(value: str | None, *field: str, chars_max: int) -> list[Refusal]:
    """Return what is wrong with a text of several lines that may be left out."""
    if not value or value.isspace():
        return []
    return text_refusals(value, *field, chars_max=chars_max, lines=True)


def _length_refusals(value: str, *field: str, chars_max: int) -> list[Refusal]:
    if shows_nothing(value):
        return [invalid(field, nl="Vul hier iets in.", en="Please fill this in.")]
    if len(value) > chars_max:
        return [
            invalid(
                field,
                nl=f"Dit mag hoogstens {chars_max} tekens lang zijn; nu zijn het er {len(value)}.",
                en=f"This may be {chars_max} characters long at most; it has {len(value)} now.",
            )
        ]
    return []


def number_refusals(value: int, *field: str, lowest: int, highest: int) -> list[Refusal]:
    if lowest <= value <= highest:
        return []
    return [
        invalid(
            field,
            nl=f"Kies een waarde van {_signed(lowest, 'min ')} tot en met {highest}.",
            en=f"Choose a value from {_signed(lowest, 'minus ')} to {highest}.",
        )
    ]


def email_refusals(value: str, *field: str, chars_max: int) -> list[Refusal]:
    if found := key_refusals(value, *field, chars_max=chars_max):
        return found
    if _EMAIL.fullmatch(value):
        return []
    return [invalid(field, nl="Dit is geen e-mailadres.", en="This is not an e-mail address.")]


def address_refusals(value: str, *field: str) -> list[Refusal]:
    """Return what is wrong with a page's address, which is absolute, over https and without a user name."""
    if found := text_refusals(value, *field, chars_max=ADDRESS_CHARS_MAX):
        return found
    if _is_address(value):
        return []
    nl = "Dit is geen webadres. Een adres begint met https:// en bevat geen inlognaam of wachtwoord."
    en = "This is no web address. One begins with https:// and holds no user name or password."
    return [invalid(field, nl=nl, en=en)]


def one_line(text: str) -> str:
    """Return the text with single spaces, as it is stored."""
    return " ".join(text.split())


def same_words(text: str) -> str:
    """Return a form of the text that is equal for two texts when a reader takes them for the same words."""
    return one_line(unicodedata.normalize("NFKC", visible(text)).casefold())


def _signed(value: int, minus: str) -> str:
    return f"{minus}{-value}" if value < 0 else str(value)


def _is_address(value: str) -> bool:
    if not _ADDRESS.fullmatch(value):
        return False
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    named = any(char.isalnum() for char in host)
    return parts.scheme == "https" and named and "@" not in parts.netloc and port != 0
