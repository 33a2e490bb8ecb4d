"""Lines for the screen in both languages, and names in quotation marks within them."""

from typing import Final

import msgspec

QUOTED: Final = "\u2018{}\u2019"


class LocalLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line in Dutch and in English."""

    nl: str
    en: str


def quoted(name: str | None) -> str:
    """Return a space and the name in quotation marks; nothing if there is no name."""
    return f" {QUOTED.format(name)}" if name else ""
