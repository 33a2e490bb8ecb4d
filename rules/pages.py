"""The pages that explain what happens with what people write, and where the gateway serves them."""

from enum import StrEnum
from typing import Final

from rules.kinds import Language

NOTICE_VERSION: Final = 1
"""The version of the page for staff; consent to be counted names it. Another text is another version."""


class Page(StrEnum):
    """A page by the name of its file in `docs`."""

    STAFF = "privacy-for-staff"
    CAPABILITIES = "capabilities"
    FEEDBACK = "privacy"


def address_of(page: Page, language: Language, *, public_url: str) -> str:
    """Return where people find a page, at its part in their language; `public_url` is that of the gateway."""
    return f"{public_url}{path_of(page)}#{part_of(language)}"


def path_of(page: Page) -> str:
    return f"/about/{page.value}"


def part_of(language: Language) -> str:
    """Return the heading of a language's part, as it is in an address."""
    return {Language.NL: "in-het-nederlands", Language.EN: "in-english"}[language]
