"""What a check of the mail settings finds: one plain sentence each, with what to do."""

from typing import Literal

import msgspec

Level = Literal["good", "note", "wrong"]
"""`wrong` keeps mails from arriving; `note` may, or could not be checked."""


class Finding(msgspec.Struct, frozen=True):
    """One sentence about one thing."""

    level: Level
    sentence: str


def good(sentence: str) -> Finding:
    return Finding("good", sentence)


def note(sentence: str) -> Finding:
    return Finding("note", sentence)


def wrong(sentence: str) -> Finding:
    return Finding("wrong", sentence)
