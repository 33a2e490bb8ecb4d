"""
Lenses: the questions of a feedback round, and the perspectives from which they are answered.

A member's name is how commands and the schema spell it; its value is how events and rows store it. None is
ever removed, because events on the log name it.
"""

from enum import StrEnum
from typing import Final

import msgspec

SCALE_MIN: Final = 1
SCALE_MAX: Final = 5
EASY_SCALE: Final = (1, 3, 5)
"""The three answers of an easy lens, on the scale of all others, so that one mirror shows both."""
TERMS_PICKED_MAX: Final = 3
COMMENT_CHARS_MAX: Final = 600
QUESTIONS_MAX: Final = 24
EASY_QUESTIONS_MAX: Final = 8
INVITATIONS_MAX: Final = 40
"""The most invitations of a round, so that closing it always fits one commit (DOMAIN.md, submission)."""


class Perspective(StrEnum):
    """From which side someone looks at the subject of a round."""

    SELF = "self"
    PEER = "peer"
    LEAD = "lead"
    REPORT = "report"
    CLIENT = "client"
    PARTNER = "partner"


OUTSIDE: Final = frozenset({Perspective.CLIENT, Perspective.PARTNER})
"""Perspectives of people without an account; their floor is `clients`, that of the others `raters`."""


class QuestionKind(StrEnum):
    """How a question is answered."""

    SCALE = "scale"
    """Behaviour that was seen, 1 to 5, or "not seen"."""
    TALENT_PICK = "talent_pick"
    """Up to TERMS_PICKED_MAX terms of the shared catalogue."""
    OPEN = "open"
    """Own words, up to COMMENT_CHARS_MAX characters."""


class LensForm(StrEnum):
    """How a lens looks: an easy one has few questions, and three answers as word and picture."""

    STANDARD = "standard"
    EASY = "easy"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question, and the perspectives that are asked it."""

    question: str
    kind: QuestionKind
    nl: str
    en: str
    perspectives: tuple[Perspective, ...]


class RoundFloors(msgspec.Struct, frozen=True, kw_only=True):
    """The smallest numbers of people of a round, frozen when it opens (privacy rules 1, 4 and 7)."""

    raters: int
    clients: int
    comments: int

    def of(self, perspective: Perspective) -> int:
        """Return how many answers a perspective needs before it is shown by itself."""
        return self.clients if perspective in OUTSIDE else self.raters
