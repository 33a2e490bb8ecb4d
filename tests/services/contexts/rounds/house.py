"""A person with a round, for tests of commands on rounds."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from msgspec.structs import replace

from events.catalog.employment import ProfessionalRegistered
from events.catalog.portfolio.life import PortfolioOpened
from events.catalog.registry import Event
from events.catalog.rounds import (
    MirrorReleased,
    RaterInvited,
    RoundClosed,
    RoundClosing,
    RoundInboxDestroyed,
    RoundOpened,
    RoundPrepared,
)
from kit.ids import derived_id
from rules.feedback.comments import comment_id, signed_fragment
from rules.feedback.mirror import Comments, Fragment, MirrorContents
from rules.feedback.questions import LensForm, Perspective, Question, QuestionKind, RoundFloors
from rules.kinds import Language
from services.decisions.feedback import LensVersion, RaterFound, RoundKey, RoundRules
from tests.spec import CONTEXT, NOW, PERSON, TODAY

ROUND: Final = "a" * 32
LENS: Final = "b" * 32
LENS_VERSION: Final = f"{LENS}-1"
POLICY: Final = "c" * 32
FLOORS: Final = RoundFloors(raters=3, clients=5, comments=3)
SCALE: Final = "1" * 32
OPEN_QUESTION: Final = "2" * 32
PICK: Final = "3" * 32
PERSPECTIVES: Final = tuple(Perspective)
CLOSES_AT: Final = datetime(2026, 12, 8, 16, tzinfo=UTC)
KEY: Final = RoundKey(public_key=bytes(65), inbox="ipp.feedback-inbox-2026")
RULES: Final = RoundRules(
    policy=POLICY,
    floors=FLOORS,
    months_between_rounds=6,
    invitations_per_quarter_max=8,
    promise_version=1,
    consented=True,
    assessed=True,
)
LENS_FOUND: Final = LensVersion(
    lens=LENS,
    number=1,
    form=LensForm.STANDARD,
    questions=tuple(
        Question(question=name, kind=kind, nl="Vraag", en="Question", perspectives=PERSPECTIVES)
        for name, kind in (
            (SCALE, QuestionKind.SCALE),
            (OPEN_QUESTION, QuestionKind.OPEN),
            (PICK, QuestionKind.TALENT_PICK),
        )
    ),
)
AT_WORK: Final = replace(CONTEXT, lens=LENS_FOUND, rules=RULES, rater=RaterFound(), round_key=KEY)
"""The context in which everything is as it should be."""
FRAGMENT: Final = signed_fragment(PERSON, "e" * 32, key=CONTEXT.id_key)
COMMENT: Final = comment_id(PERSON, FRAGMENT)

HERE: Final[tuple[Event, ...]] = (
    ProfessionalRegistered(name="Fenna", email="fenna@example.org"),
    PortfolioOpened(language=Language.NL),
)
PREPARED: Final = RoundPrepared(round=ROUND, lens=LENS, lens_number=1, closes_at=CLOSES_AT)


def invited(**people: int) -> tuple[RaterInvited, ...]:
    """Return so many invitations of each perspective: `invited(peer=3, lead=1)`."""
    return tuple(
        RaterInvited(
            round=ROUND, invitation=derived_id(side, str(number)), perspective=Perspective[side.upper()]
        )
        for side, many in people.items()
        for number in range(many)
    )


def opened(
    round_: str = ROUND, *, on: date = TODAY, closes_at: datetime = CLOSES_AT, attributed: str | None = None
) -> RoundOpened:
    return RoundOpened(
        round=round_,
        on=on,
        policy=POLICY,
        promise_version=1,
        floors=FLOORS,
        closes_at=closes_at,
        inbox=KEY.inbox,
        public_key=KEY.public_key,
        attributed=attributed,
    )


READY: Final[tuple[Event, ...]] = (*HERE, PREPARED, *invited(peer=3))
"""A round that can open."""
OPEN: Final[tuple[Event, ...]] = (*READY, opened(on=TODAY - timedelta(days=2)))
CLOSING: Final[tuple[Event, ...]] = (*OPEN, RoundClosing(round=ROUND))
CLOSED: Final[tuple[Event, ...]] = (
    *CLOSING,
    RoundClosed(round=ROUND),
    MirrorReleased(
        round=ROUND,
        mirror="d" * 32,
        contents=MirrorContents(
            comments=(
                Comments(
                    question=OPEN_QUESTION,
                    perspectives=(Perspective.PEER,),
                    fragments=(Fragment(fragment=FRAGMENT, text="Je luistert."),),
                ),
            )
        ),
    ),
    RoundInboxDestroyed(round=ROUND),
)
IN_TWO_WEEKS: Final = NOW + timedelta(days=14)
