"""Texts in both languages."""

import strawberry


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
