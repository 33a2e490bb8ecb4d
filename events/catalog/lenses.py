"""Events of lenses, the question sets of feedback rounds: streams `lens-<organisation>-<lens>`."""

from datetime import date
from typing import Final

from events.catalog.registry import Event, event
from rules.feedback.questions import LensForm, Perspective, Question, QuestionKind

SEALED: Final = False


@event("lens.lens-drafted.v1")
class LensDrafted(Event, frozen=True, kw_only=True):
    """
    A draft was begun: of a new lens (`number` 1), or its next version, with the questions of the last one.

    These have new ids: a question's id belongs to one version, whose questions never change once published.
    """

    number: int
    nl: str
    en: str
    form: LensForm = LensForm.STANDARD
    questions: tuple[Question, ...] = ()


@event("lens.question-added.v1")
class QuestionAdded(Event, frozen=True, kw_only=True):
    """A question was added at the end of the draft."""

    number: int
    question: str
    kind: QuestionKind
    nl: str
    en: str
    perspectives: tuple[Perspective, ...]


@event("lens.question-reworded.v1")
class QuestionReworded(Event, frozen=True, kw_only=True):
    number: int
    question: str
    nl: str
    en: str


@event("lens.question-dropped.v1")
class QuestionDropped(Event, frozen=True, kw_only=True):
    number: int
    question: str


@event("lens.lens-piloted.v1")
class LensPiloted(Event, frozen=True, kw_only=True):
    """
    The draft was tried: on which day, with how many people, clients among them, and what came out.

    `member` is the member of the working group who recorded it: another one publishes. A question that is
    changed afterwards makes another pilot necessary.
    """

    number: int
    member: str
    on: date
    people: int
    clients: int = 0
    findings: str | None = None


@event("lens.lens-published.v1")
class LensPublished(Event, frozen=True, kw_only=True):
    """The version can be used in rounds and never changes again. Earlier ones are not offered any more."""

    number: int


@event("lens.lens-withdrawn.v1")
class LensWithdrawn(Event, frozen=True, kw_only=True):
    """These versions are out of use: no new round uses them, rounds that have one go on."""

    numbers: tuple[int, ...]
    reason: str


LensEvent = (
    LensDrafted
    | QuestionAdded
    | QuestionReworded
    | QuestionDropped
    | LensPiloted
    | LensPublished
    | LensWithdrawn
)
