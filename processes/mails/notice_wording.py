"""What notices to colleagues say, in Dutch and English: of an item its kind only, and no figure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from events.privacy.notices import NoticeKind
from processes.mails.wording import MailText, filled
from rules.kinds import ItemKind, Language
from rules.moments import day


class NoticeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a notice names.

    `explained` is the address of the page that explains it, where there is one. `audience` are people or a
    team by name; None: everybody who works here. It is empty when nobody of them is known any more. `note` is
    a signed checkpoint, to be kept as it is.
    """

    name: str
    on: date
    link: str
    language: Language
    item: ItemKind | None = None
    audience: Sequence[str] | None = None
    explained: str = ""
    note: str = ""


def notice_text(kind: NoticeKind, facts: NoticeFacts) -> MailText:
    """Return the words of a notice."""
    words = {
        "name": facts.name,
        "link": facts.link,
        "explained": facts.explained,
        "on": day(facts.on, facts.language),
        "item": _ITEMS[facts.item][facts.language] if facts.item is not None else "",
        "audience": _audience(facts),
        "note": facts.note,
    }
    return filled(kind.value, facts.language, words)


def _audience(facts: NoticeFacts) -> str:
    if facts.audience is None:
        return _EVERYBODY[facts.language]
    return ", ".join(facts.audience) or _SOMEBODY[facts.language]


def _both(nl: str, en: str) -> Mapping[Language, str]:
    return {Language.NL: nl, Language.EN: en}


_EVERYBODY: Final = _both("iedereen die hier werkt", "everybody who works here")
_SOMEBODY: Final = _both("iemand", "somebody")
_ITEMS: Final[Mapping[ItemKind, Mapping[Language, str]]] = {
    ItemKind.STATEMENT: _both("je eigen profiel", "your own profile"),
    ItemKind.TALENT: _both("een talent", "a talent"),
    ItemKind.ENERGY_SOURCE: _both("een energiebron", "an energy source"),
    ItemKind.PASSION: _both("een passie", "a passion"),
    ItemKind.EVIDENCE: _both("een bewijs", "a piece of evidence"),
    ItemKind.REFLECTION: _both("een reflectie", "a reflection"),
    ItemKind.GOAL: _both("een doel", "a goal"),
    ItemKind.CONVERSATION: _both("een gesprek", "a conversation"),
    ItemKind.INSIGHT: _both("een inzicht", "an insight"),
}
