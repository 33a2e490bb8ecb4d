"""Texts in both languages, and the language of a person."""

from enum import Enum

import strawberry


@strawberry.enum(description="Language of a person's screens and mails.")
class Language(Enum):
    NL = "NL"
    EN = "EN"


@strawberry.type(
    description=(
        "A text the product or the working group wrote, in both languages, "
        "so that one answer serves every screen."
    )
)
class LocalText:
    nl: str
    en: str


@strawberry.input(description="Both languages are asked for, always.")
class LocalTextInput:
    nl: str
    en: str
