"""A round that Fenna runs, in the views: prepared, opened, closed with a mirror."""

from datetime import date, timedelta

from events.catalog.catalogue import TermAdopted, TermProposed, TermReworded
from events.catalog.lenses import LensDrafted, LensPublished, QuestionAdded
from events.catalog.registry import Event
from events.catalog.rounds import (
    MirrorReleased,
    RaterInvited,
    RoundClosed,
    RoundClosing,
    RoundOpened,
    RoundPrepared,
)
from rules.feedback.mirror import (
    Block,
    Cell,
    Comments,
    CountBand,
    Fragment,
    GapKind,
    MeanBand,
    MirrorContents,
    Portion,
    Row,
    Spread,
    TalentPick,
)
from rules.feedback.questions import LensForm, Perspective, QuestionKind, RoundFloors
from tests.gateway.harness import NOW, OWNER
from tests.gateway.world import ORGANISATION, World

PEER, LEAD, CLIENT = Perspective.PEER, Perspective.LEAD, Perspective.CLIENT
ROUND, LENS, MIRROR = "7" * 32, "1" * 32, "a1" * 16
SCALE, PICK, OPEN_ONE = "3" * 32, "4" * 32, "5" * 32
CALM, COURAGE = "91" * 16, "92" * 16
FRAGMENTS = ("b1" * 16, "b2" * 16, "b3" * 16)
STREAM = f"round-{OWNER}"
FLOORS = RoundFloors(raters=3, clients=5, comments=3)
CLOSES_AT = NOW + timedelta(days=9)
SMALL = CountBand(low=3, high=4)


def lens_published(world: World) -> None:
    """A lens with a question of each kind, and two adopted words, one of them reworded since."""
    world.happened(
        f"lens-{ORGANISATION}-{LENS}",
        LensDrafted(number=1, nl="Rond", en="Round", form=LensForm.STANDARD),
        _question(SCALE, QuestionKind.SCALE),
        _question(PICK, QuestionKind.TALENT_PICK),
        _question(OPEN_ONE, QuestionKind.OPEN),
        LensPublished(number=1),
    )
    world.happened(
        f"catalogue-{ORGANISATION}",
        TermProposed(term=CALM, nl="Rust", en="Calm", cluster="calm"),
        TermAdopted(term=CALM),
        TermProposed(term=COURAGE, nl="Moed", en="Courage", cluster="making"),
        TermAdopted(term=COURAGE),
        TermReworded(term=CALM, nl="Kalmte", en="Calmness"),
    )


def _question(name: str, kind: QuestionKind) -> QuestionAdded:
    sides = (PEER, LEAD, CLIENT)
    return QuestionAdded(number=1, question=name, kind=kind, nl="Vraag?", en="Question?", perspectives=sides)


def prepared(name: str = ROUND) -> tuple[Event, ...]:
    return (
        RoundPrepared(round=name, lens=LENS, lens_number=1, closes_at=CLOSES_AT, own_question="Wat mis je?"),
        *(
            RaterInvited(round=name, invitation=f"{place:x}" * 32, perspective=PEER if place else LEAD)
            for place in range(4)
        ),
    )


def opened(name: str = ROUND) -> RoundOpened:
    return RoundOpened(
        round=name,
        on=date(2026, 11, 1),
        policy="c" * 32,
        promise_version=1,
        floors=FLOORS,
        closes_at=CLOSES_AT,
        inbox="ipp.feedback-inbox-2026",
        public_key=b"\4" * 65,
        attributed="0" * 32,
    )


def closed(contents: MirrorContents | None, name: str = ROUND) -> tuple[Event, ...]:
    """The end of a round; without contents, no mirror was released."""
    released = [MirrorReleased(round=name, mirror=MIRROR, contents=contents)] if contents else []
    return RoundClosing(round=name), RoundClosed(round=name), *released


CONTENTS = MirrorContents(
    blocks=(
        Block(perspectives=(LEAD,), raters=CountBand(low=1, high=1), attributed=True, steadiness=0.16),
        Block(perspectives=(PEER,), raters=CountBand(low=5, high=7), steadiness=0.49),
    ),
    left_out=(CLIENT,),
    rows=(
        Row(
            question=SCALE,
            own=2,
            cells=(
                Cell(),
                Cell(
                    mean=MeanBand.FROM_4_5,
                    raters=CountBand(low=5, high=7),
                    spread=Spread(low=Portion.FEW, middle=Portion.SOME, high=Portion.MOST),
                ),
            ),
            total=MeanBand.FROM_4_5,
            gap=GapKind.HIDDEN_STRENGTH,
        ),
    ),
    picks=(
        TalentPick(term=CALM, picks=SMALL),
        TalentPick(term=COURAGE, by_self=True, picks=CountBand(low=5, high=7)),
    ),
    comments=(
        Comments(
            question=OPEN_ONE,
            perspectives=(PEER,),
            fragments=tuple(Fragment(fragment=name, text=f"Tekst {name[:2]}") for name in FRAGMENTS[:2]),
        ),
        Comments(
            question=ROUND, perspectives=(PEER,), fragments=(Fragment(fragment=FRAGMENTS[2], text="Meer."),)
        ),
    ),
    steadiness=0.49,
)
