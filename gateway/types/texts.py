"""Texts in both languages."""

import strawberry


@strawberry.type(
    description=(
        "A text by the product or the working group, in both languages, so that one answer serves "
        "every screen."
    )
)
class LocalText:
    nl: str = strawberry.field(description="In Dutch.")
    en: str = strawberry.field(description="In English.")


@strawberry.input(description="A text in both languages.")
class LocalTextInput:
    nl: str = strawberry.field(description="In Dutch.")
    en: str = strawberry.field(description="In English.")
