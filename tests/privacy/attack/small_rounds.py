"""What is asked in a round of the simulation, and how many people from which sides."""

from typing import Final

from kit.ids import derived_id
from rules.feedback.questions import LensForm, Perspective, Question, QuestionKind, RoundFloors
from services.decisions.feedback import LensVersion
from tests.processes.keeper.rounds import OTHERS

FLOORS: Final = RoundFloors(raters=3, clients=5, comments=3)
PEER, LEAD, REPORT, PARTNER = Perspective.PEER, Perspective.LEAD, Perspective.REPORT, Perspective.PARTNER
SCALES: Final = 13
NOT_ASKED_OF_PEERS: Final = 3
TERMS: Final = tuple(derived_id("term", str(number)) for number in range(6))


def _question(number: int, kind: QuestionKind) -> Question:
    of_all = number >= NOT_ASKED_OF_PEERS
    return Question(
        question=derived_id("question", str(number)),
        kind=kind,
        nl="Vraag",
        en="Question",
        perspectives=OTHERS if of_all else tuple(one for one in OTHERS if one is not PEER),
    )


QUESTIONS: Final = (
    *(_question(number, QuestionKind.SCALE) for number in range(SCALES)),
    _question(SCALES, QuestionKind.TALENT_PICK),
    *(_question(SCALES + number, QuestionKind.OPEN) for number in (1, 2)),
)
SMALL_SIDES: Final = {PEER: 2, LEAD: 2, REPORT: 2, PARTNER: 4}
"""Only together these are enough to be shown."""
SIDES: Final = (
    {PEER: 7},
    {PEER: 9, LEAD: 1},
    {PEER: 6, REPORT: 3, PARTNER: 4},
    {PEER: 3, REPORT: 3, PARTNER: 4},
    SMALL_SIDES,
)
LENS: Final = LensVersion(lens=derived_id("lens"), number=1, form=LensForm.STANDARD, questions=QUESTIONS)
