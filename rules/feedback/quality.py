"""
How the questions of lenses are answered, over many rounds: which part answered, which part had not seen it.

A round by itself says nothing here. What its closing counts is added to sums, and a figure of a question
moves only when ROUNDS_MIN new rounds and SUBMISSIONS_MIN new submissions are in them (privacy review, S6). So
any two figures of a question differ by at least so many rounds, and never by one.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from rules.feedback.bands import portion_of
from rules.feedback.merging import Group
from rules.feedback.mirror import Portion
from rules.feedback.questions import Question, QuestionKind
from rules.feedback.releasing import Submission

ROUNDS_MIN: Final = 5
SUBMISSIONS_MIN: Final = 20


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """
    How often a question was asked and answered in some rounds: exact, and shown to nobody.

    `asked` counts the submissions of people who were asked it. Those who neither answered nor had not seen it
    left it open. `scale`: only such a question can be "not seen".
    """

    rounds: int = 0
    asked: int = 0
    answered: int = 0
    not_seen: int = 0
    scale: bool = False

    def plus(self, other: "Tally") -> "Tally":
        return Tally(
            rounds=self.rounds + other.rounds,
            asked=self.asked + other.asked,
            answered=self.answered + other.answered,
            not_seen=self.not_seen + other.not_seen,
            scale=other.scale,
        )

    @property
    def is_enough(self) -> bool:
        """Whether a figure may move by this."""
        return self.rounds >= ROUNDS_MIN and self.asked >= SUBMISSIONS_MIN


class Figure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A figure of a question, in words. `figure` is its random id; the next one has another."""

    question: str
    figure: str
    answered: Portion
    not_seen: Portion | None = None


class Sums(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is kept of one question: all that its figure rests on, the figure, and what waits for the next."""

    counted: Tally = Tally()
    waiting: Tally = Tally()
    figure: Figure | None = None

    def plus(self, question: str, tally: Tally, *, new_id: str) -> "Sums":
        """Add one round; `new_id` becomes the id of the next figure, if this is enough for one."""
        waiting = self.waiting.plus(tally)
        if not waiting.is_enough:
            return msgspec.structs.replace(self, waiting=waiting)
        counted = self.counted.plus(waiting)
        return Sums(counted=counted, figure=_figure(question, counted, new_id))


def tallies_of(
    members: Mapping[Group, Sequence[Submission]], questions: Sequence[Question]
) -> dict[str, Tally]:
    """
    Count the answers to each question in one round, in the blocks that its mirror shows, by question.

    A block counts for a question if every perspective of it was asked, as for the mirror's figures. A lead
    who was asked alone counts nowhere, since their answers are known to be theirs.
    """
    found = {}
    for question in questions:
        people = [
            submission
            for block, submissions in members.items()
            if not block.attributed and set(block.perspectives) <= set(question.perspectives)
            for submission in submissions
        ]
        if people:
            found[question.question] = _tally(people, question)
    return found


def _tally(people: Sequence[Submission], question: Question) -> Tally:
    name = question.question
    return Tally(
        rounds=1,
        asked=len(people),
        answered=sum(one.answer_to(name) is not None for one in people),
        not_seen=sum(
            any(answer.question == name and answer.not_seen for answer in one.answers) for one in people
        ),
        scale=question.kind is QuestionKind.SCALE,
    )


def _figure(question: str, counted: Tally, name: str) -> Figure:
    return Figure(
        question=question,
        figure=name,
        answered=portion_of(counted.answered, counted.asked),
        not_seen=portion_of(counted.not_seen, counted.asked) if counted.scale else None,
    )
