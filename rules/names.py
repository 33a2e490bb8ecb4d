"""The plain form of names, for comparing, ordering and searching: no case, accents or marks."""

import re
import unicodedata
from typing import Final

# No underscore either: it means something else in a search.
_WORD: Final = re.compile(r"[^\W_]+")
_LETTERS: Final = str.maketrans(
    dict(zip("łŀøđðħŧĸŋ\N{LATIN SMALL LETTER DOTLESS I}", "lloddhtkni", strict=True))
    | {"æ": "ae", "œ": "oe", "þ": "th"}
)
"""Letters of names that Unicode does not take apart into a plain letter and a mark, with what people type."""


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name in their plain form: `Zoë d'Hondt-Smit` is zoe, d, hondt, smit."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return tuple(_WORD.findall(plain.translate(_LETTERS)))


def plain_name(name: str) -> str:
    """Return a name in the form that it is ordered by."""
    return " ".join(name_words(name))


def plain_address(address: str) -> str:
    """Return a mail address in the form in which two are the same."""
    return address.casefold()
