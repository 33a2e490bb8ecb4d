"""What a rater, or the subject of a round, answers."""

from typing import Final

import msgspec

ANSWERS_BYTES: Final = 8 * 1024
"""The length of every answer before it is sealed: its JSON, filled up with spaces (privacy rule 5)."""


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    One answer: `scale` or `not_seen` of a scale question, `terms` of a talent pick, `text` of an open one.

    An answer in this form fits its question. Without any of them the question was left open.
    """

    question: str
    scale: int | None = None
    not_seen: bool = False
    terms: tuple[str, ...] = ()
    text: str | None = None
