"""Which characters a reader sees: for keys that are compared, and for texts that are to show something."""

import unicodedata
from typing import Final

from rules.texts import LocalLine

# Default-ignorable code points (Unicode, DerivedCoreProperties) that are letters, marks or symbols by their
# category, and U+2800, a braille cell without a dot. All others are of the categories in _UNSEEN.
_BLANK: Final = frozenset(
    map(chr, [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810)])
)
_SELECTORS: Final = frozenset(map(chr, [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]))
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_OVERRIDES: Final = frozenset("\u202a\u202b\u202c\u202d\u202e")
_ISOLATES: Final = frozenset("\u2066\u2067\u2068")
_ISOLATE_END: Final = "\u2069"
_LINES: Final = frozenset("\n\t\r")


def shows_nothing(text: str) -> bool:
    """Whether a reader sees nothing of it: only spaces, and characters without any ink of their own."""
    return all(char.isspace() or _is_unseen(char) for char in text)


def visible(text: str) -> str:
    """Return the text without the characters that a reader can't see; spaces stay."""
    return "".join(char for char in text if char.isspace() or not _is_unseen(char))


def key_fault(key: str) -> LocalLine | None:
    """
    Return what is wrong with the characters of a key, which is compared code point by code point.

    Two keys that look the same are the same then: no unseen characters, the usual space only, and composed
    letters (NFC).
    """
    for place, char in enumerate(key, start=1):
        other_space = char != " " and unicodedata.category(char) == "Zs"
        if other_space or _is_unseen(char):
            named = _named(char)
            return LocalLine(
                nl=f"Teken {place} is {named}: dat is niet te zien. Haal het weg.",
                en=f"Character {place} is {named}, which can't be seen. Remove it.",
            )
    if key != key.strip():
        return LocalLine(
            nl="Een sleutel begint en eindigt niet met een spatie.",
            en="A key has no spaces at its beginning or end.",
        )
    if not unicodedata.is_normalized("NFC", key):
        return LocalLine(
            nl="Letters met een accent moeten hier als \u00e9\u00e9n teken geschreven zijn (Unicode NFC).",
            en="Letters with an accent have to be one character each here (Unicode NFC).",
        )
    return None


def text_fault(text: str, *, lines: bool) -> LocalLine | None:
    """
    Return what is wrong with the characters of a text that is shown to people.

    Isolates, which apps put around names of another direction, are taken when each one ends in the text: only
    then they change nothing around it. Overrides are refused.
    """
    allowed = _LINES if lines else frozenset[str]()
    open_isolates = 0
    for char in text:
        if unicodedata.category(char) in {"Cc", "Cs"} and char not in allowed:
            return LocalLine(
                nl="Hier staan tekens in die niet getoond kunnen worden.",
                en="This holds characters that can't be shown.",
            )
        open_isolates += (char in _ISOLATES) - (char == _ISOLATE_END)
        if char in _OVERRIDES or open_isolates < 0:
            return _turned(char)
    return _turned(next(char for char in text if char in _ISOLATES)) if open_isolates else None


def _turned(char: str) -> LocalLine:
    return LocalLine(
        nl=f"Hier staat {_named(char)} in, dat de leesrichting omkeert. Haal het weg.",
        en=f"This holds {_named(char)}, which turns the direction of reading. Remove it.",
    )


def _named(char: str) -> str:
    name = unicodedata.name(char, "")
    return f"U+{ord(char):04X}" + (f" ({name})" if name else "")


def _is_unseen(char: str) -> bool:
    return char in _BLANK or char in _SELECTORS or unicodedata.category(char) in _UNSEEN
