"""Versions of a lens: their states, their ids, and about how long they take to answer."""

import re
from collections.abc import Iterable
from enum import StrEnum
from math import ceil
from typing import Final

from rules.feedback.questions import Question, QuestionKind

LENS_QUESTION_CHARS_MAX: Final = 240
EASY_QUESTION_CHARS_MAX: Final = 100
"""A question of an easy lens is one short sentence."""
TALENT_PICKS_MAX: Final = 1
"""A mirror shows picked talents once, and not for each question."""
PILOT_CLIENTS_MIN: Final = 2
"""How many clients must have tried an easy lens before it is published."""

_ID: Final = re.compile(r"([0-9a-f]{32})-([1-9][0-9]{0,8})", re.ASCII)
_SECONDS: Final = {QuestionKind.SCALE: 20, QuestionKind.TALENT_PICK: 60, QuestionKind.OPEN: 90}
"""About how long each kind of question takes; a guess, to be replaced by what pilots find."""


class LensState(StrEnum):
    """The state of a version. From PUBLISHED on, it never changes but to WITHDRAWN."""

    DRAFT = "draft"
    PILOT = "pilot"
    """The draft was tried, and not changed since."""
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


IN_THE_MAKING: Final = frozenset({LensState.DRAFT, LensState.PILOT})


def version_id(lens: str, number: int) -> str:
    """Return the id of a version, from which `lens_and_number` reads lens and number."""
    return f"{lens}-{number}"


def lens_and_number(version: str) -> tuple[str, int] | None:
    """Return the lens and the number of a version's id; None for anything else."""
    match = _ID.fullmatch(version)
    return (match[1], int(match[2])) if match else None


def minutes_to_answer(questions: Iterable[Question]) -> int:
    """Return about how many minutes it takes to answer all these questions, 1 at least."""
    return max(1, ceil(sum(_SECONDS[question.kind] for question in questions) / 60))
