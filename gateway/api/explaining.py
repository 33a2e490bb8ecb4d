"""Addresses of the pages that explain what a client shows."""

from gateway.context import Context
from gateway.types.texts import LocalText
from rules.kinds import Language
from rules.pages import Page, address_of


def address_in_both(context: Context, page: Page) -> LocalText:
    """Return where a page is, in each language; without the gateway's own address, the path there."""
    of = context.gateway.public_url
    return LocalText(
        nl=address_of(page, Language.NL, public_url=of), en=address_of(page, Language.EN, public_url=of)
    )
