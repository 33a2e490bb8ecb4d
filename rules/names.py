"""The plain form of names, for comparing, ordering and searching: no case, accents or marks."""

import re
import unicodedata
from typing import Final

# No underscore either: it means something else in a search.
_WORD: Final = re.compile(r"[^\W_]+")


def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name in their plain form: `Zoë d'Hondt-Smit` is zoe, d, hondt, smit."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return tuple(_WORD.findall(plain.casefold()))


def plain_name(name: str) -> str:
    """Return a name in the form that it is ordered by."""
    return " ".join(name_words(name))
