"""What the commands on one's own portfolio have in common, and checks that several of them make."""

import re
from typing import Final
from urllib.parse import urlsplit

from typing_extensions import override

from rules.commands import Refusal
from services.decisions.command import Command, DecisionContext, stream_of
from services.decisions.validation import invalid, text_refusals

LINK_CHARS_MAX: Final = 2_000
REFERENCES_MAX: Final = 20
"""Items that one item speaks of."""

_ADDRESS: Final = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
"""The characters of RFC 3986, section 2."""


class PortfolioCommand(Command, frozen=True, kw_only=True):
    """By the owner, on the own portfolio."""

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return (stream_of("portfolio", context.person),)

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return context.person


class NewItem(PortfolioCommand, frozen=True, kw_only=True):
    """Makes something under a new id."""

    @override
    def entity_id(self, context: DecisionContext) -> str | None:
        return context.new


class AsProfessional(PortfolioCommand, frozen=True, kw_only=True):
    """Rests on whether, and in which teams, the owner works here now."""

    @override
    def streams(self, context: DecisionContext) -> tuple[str, ...]:
        return stream_of("portfolio", context.person), stream_of("employment", context.person)


def optional_text_refusals(value: str | None, *field: str, chars_max: int) -> list[Refusal]:
    """Say what is wrong with a text of several lines that may be left out."""
    if value is None or not value.strip():
        return []
    return text_refusals(value, *field, chars_max=chars_max, lines=True)


def references_refusals(context: tuple[str, ...], *field: str) -> list[Refusal]:
    if len(context) <= REFERENCES_MAX:
        return []
    nl, en = f"Kies er hoogstens {REFERENCES_MAX}.", f"Choose {REFERENCES_MAX} at most."
    return [invalid(field, nl=nl, en=en)]


def address_refusals(value: str, *field: str) -> list[Refusal]:
    """Say what is wrong with the address of a page: absolute, over https, at a host, with no log-in in it."""
    if found := text_refusals(value, *field, chars_max=LINK_CHARS_MAX):
        return found
    if _is_address(value):
        return []
    nl = "Dit is geen webadres. Een adres begint met https:// en bevat geen inlognaam of wachtwoord."
    en = "This is no web address. One begins with https:// and holds no user name or password."
    return [invalid(field, nl=nl, en=en)]


def _is_address(value: str) -> bool:
    if not _ADDRESS.fullmatch(value):
        return False
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    named = any(char.isalnum() for char in host)
    return parts.scheme == "https" and named and "@" not in parts.netloc and port != 0
