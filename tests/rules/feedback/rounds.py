"""Rounds to test mirrors with: a small lens, and raters who answer as a test says."""

from collections.abc import Iterable, Mapping
from hashlib import sha256

from rules.feedback.answers import Answer
from rules.feedback.questions import Perspective, Question, QuestionKind, RoundFloors
from rules.feedback.releasing import Release, RoundTerms, Submission, release

SEEN, TALENTS, OPEN = "a" * 32, "b" * 32, "c" * 32
TERM = "d" * 32
OTHERS = (Perspective.PEER, Perspective.REPORT, Perspective.CLIENT, Perspective.PARTNER)
FLOORS = RoundFloors(raters=3, clients=5, comments=3)
LENS = tuple(
    Question(question=name, kind=kind, nl="vraag", en="question", perspectives=tuple(Perspective))
    for name, kind in (
        (SEEN, QuestionKind.SCALE),
        (TALENTS, QuestionKind.TALENT_PICK),
        (OPEN, QuestionKind.OPEN),
    )
)


def derive(purpose: str, question: str, slot: str) -> bytes:
    return sha256(f"{purpose} {question} {slot}".encode()).digest()


def round_terms(
    invited: Iterable[Perspective], *, lead_attributed: bool = False, floors: RoundFloors = FLOORS
) -> RoundTerms:
    return RoundTerms(
        questions=LENS, invited=frozenset(invited), floors=floors, lead_attributed=lead_attributed
    )


def alike(sizes: Mapping[Perspective, int], *, scale: int = 4) -> list[Submission]:
    """Return so many submissions from each perspective, which all say the same but for the comment."""
    return [
        submission(f"{one.value} {place}", one, scale=scale, terms=(TERM,))
        for one, people in sizes.items()
        for place in range(people)
    ]


def submission(
    slot: str,
    perspective: Perspective,
    *,
    scale: int | None = None,
    not_seen: bool = False,
    terms: tuple[str, ...] = (),
    text: str | None = None,
) -> Submission:
    """Return what one rater handed in; what is left out was left open."""
    answers = []
    if scale is not None or not_seen:
        answers.append(Answer(question=SEEN, scale=scale, not_seen=not_seen))
    if terms:
        answers.append(Answer(question=TALENTS, terms=terms))
    if text is not None:
        answers.append(Answer(question=OPEN, text=text))
    return Submission(slot=slot, perspective=perspective, answers=tuple(answers))


def released(
    submissions: Iterable[Submission],
    *,
    invited: Iterable[Perspective] = OTHERS,
    own: tuple[Answer, ...] = (),
    lead_attributed: bool = False,
    floors: RoundFloors = FLOORS,
) -> Release:
    terms = round_terms(invited, lead_attributed=lead_attributed, floors=floors)
    return release(terms, submissions, own, derive)
