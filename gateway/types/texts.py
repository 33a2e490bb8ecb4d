"""Texts in both languages."""

import strawberry

from rules.kinds import Language
from rules.pages import Page, address_of


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


def address_in_both(page: Page, *, public_url: str) -> LocalText:
    """Return where a page is, in each language; without the gateway's own address, the path there."""
    return LocalText(
        nl=address_of(page, Language.NL, public_url=public_url),
        en=address_of(page, Language.EN, public_url=public_url),
    )
