"""What the mails of feedback rounds say, in Dutch and English. Everybody invited gets the same words."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

import msgspec

from events.privacy.outbox import MailKind
from rules.kinds import Language
from rules.moments import moment

_FOLDER: Final = Path(__file__).with_name("texts")
"""One file a kind and language: the title, an empty line, the body."""


class MailFacts(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a mail names. `closes_at` is in the organisation's zone.

    Whether somebody answered is not among it, because nobody knows.
    """

    subject_name: str
    rater_name: str
    code: str
    link: str
    closes_at: datetime
    language: Language


class MailText(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    body: str


def mail_text(kind: MailKind, facts: MailFacts) -> MailText:
    """Return the words of a mail."""
    names = {
        "subject": facts.subject_name,
        "rater": facts.rater_name,
        "code": facts.code,
        "link": facts.link,
        "until": moment(facts.closes_at, facts.language),
    }
    return filled(kind.value, facts.language, names)


def filled(kind: str, language: Language, words: Mapping[str, str]) -> MailText:
    """Return the text of a kind of mail with these words in it."""
    title, _, body = _template(kind, language).partition("\n\n")
    return MailText(title=title.format(**words), body=body.format(**words))


@cache
def _template(kind: str, language: Language) -> str:
    """Return the text of a kind of mail, with its title in the first line."""
    return (_FOLDER / f"{kind}.{language.value}.txt").read_text(encoding="utf-8")
