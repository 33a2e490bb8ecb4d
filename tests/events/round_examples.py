"""Examples of every event of feedback rounds, and of the rows that closing one makes."""

from datetime import UTC, date, datetime
from typing import Final

from events.catalog import rounds
from events.catalog.registry import Event
from rules.feedback.answers import Answer
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
from rules.feedback.questions import Perspective, RoundFloors

_ROUND: Final = "4a" * 16
_LENS: Final = "5b" * 16
_INVITATION: Final = "6c" * 16
_QUESTION: Final = "7d" * 16
_OPEN_QUESTION: Final = "8e" * 16
_TERM: Final = "9f" * 16
_FRAGMENT: Final = "a0" * 16
_MIRROR: Final = "b1" * 16
_POLICY: Final = "c2" * 16
_CLOSES_AT: Final = datetime(2026, 12, 18, 16, 0, tzinfo=UTC)
_PEERS: Final = (Perspective.PEER,)
_OTHERS: Final = (Perspective.REPORT, Perspective.CLIENT, Perspective.PARTNER)
_THREE_OR_FOUR: Final = CountBand(low=3, high=4)
_THIRTEEN_OR_MORE: Final = CountBand(low=13)

_CONTENTS: Final = MirrorContents(
    blocks=(
        Block(
            perspectives=(Perspective.LEAD,),
            raters=CountBand(low=1, high=1),
            attributed=True,
            steadiness=0.16,
        ),
        Block(perspectives=_PEERS, raters=_THIRTEEN_OR_MORE, steadiness=0.71),
    ),
    left_out=_OTHERS,
    rows=(
        Row(
            question=_QUESTION,
            own=4,
            cells=(
                Cell(),
                Cell(
                    mean=MeanBand.ABOUT_3_5,
                    raters=_THREE_OR_FOUR,
                    spread=Spread(low=Portion.FEW, middle=Portion.SOME, high=Portion.MOST),
                ),
            ),
            total=MeanBand.ABOUT_3_5,
            gap=GapKind.CONFIRMED_STRENGTH,
        ),
    ),
    picks=(TalentPick(term=_TERM, by_self=True, picks=_THREE_OR_FOUR),),
    comments=(
        Comments(
            question=_OPEN_QUESTION,
            perspectives=_PEERS,
            fragments=(Fragment(fragment=_FRAGMENT, text="Je luistert écht."),),
        ),
    ),
    steadiness=0.71,
)

ROUND_EXAMPLES: Final[tuple[Event, ...]] = (
    rounds.RoundPrepared(round=_ROUND, lens=_LENS, lens_number=1, closes_at=_CLOSES_AT),
    rounds.RoundPrepared(
        round=_ROUND, lens=_LENS, lens_number=2, closes_at=_CLOSES_AT, own_question="Wat zie jij bij mij?"
    ),
    rounds.RaterInvited(round=_ROUND, invitation=_INVITATION, perspective=Perspective.CLIENT),
    rounds.InvitationRevoked(round=_ROUND, invitation=_INVITATION),
    rounds.RoundOpened(
        round=_ROUND,
        on=date(2026, 11, 23),
        policy=_POLICY,
        promise_version=1,
        floors=RoundFloors(raters=3, clients=5, comments=3),
        closes_at=_CLOSES_AT,
        inbox="ipp.feedback-inbox-2026",
        public_key=bytes(range(65)),
        attributed=_INVITATION,
    ),
    rounds.SelfMirrorFilled(
        round=_ROUND,
        answers=(
            Answer(question=_QUESTION, scale=4),
            Answer(question=_INVITATION, not_seen=True),
            Answer(question=_LENS, terms=(_TERM,)),
            Answer(question=_OPEN_QUESTION, text="Vaker vragen."),
        ),
    ),
    rounds.RoundExtended(round=_ROUND, closes_at=_CLOSES_AT),
    rounds.ReminderSent(round=_ROUND, number=1, on=date(2026, 12, 1)),
    rounds.RoundClosing(round=_ROUND),
    rounds.RoundClosing(round=_ROUND, by_date=True),
    rounds.RoundClosing(round=_ROUND, by_leaving=True),
    rounds.FeedbackSubmitted(row=bytes(range(256))),
    rounds.RoundClosed(round=_ROUND),
    rounds.RoundClosed(
        round=_ROUND, blocks=(rounds.ShownBlock(perspectives=_PEERS, raters=_THIRTEEN_OR_MORE),)
    ),
    rounds.MirrorReleased(round=_ROUND, mirror=_MIRROR, contents=_CONTENTS),
    rounds.RoundInboxDestroyed(round=_ROUND),
    rounds.CommentFlagged(round=_ROUND, fragment=_FRAGMENT, reason="Dit is niet aardig."),
    rounds.CommentMasked(round=_ROUND, fragment=_FRAGMENT, reason="Het noemt een cliënt."),
    rounds.RoundCancelled(round=_ROUND),
    rounds.RoundCancelled(round=_ROUND, reason="key_lost"),
    rounds.RoundCancelled(round=_ROUND, reason="not_opened"),
)
