"""Feedback rounds that people may have had, as events."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from events.catalog.registry import Event
from events.catalog.rounds import (
    CommentFlagged,
    CommentMasked,
    InvitationRevoked,
    MirrorReleased,
    RaterInvited,
    ReminderSent,
    RoundCancelled,
    RoundClosed,
    RoundClosing,
    RoundExtended,
    RoundInboxDestroyed,
    RoundOpened,
    RoundPrepared,
    SelfMirrorFilled,
)
from events.codec import Forgotten, UnknownEvent
from rules.feedback.answers import Answer
from rules.feedback.mirror import Block, Comments, CountBand, Fragment, MirrorContents
from rules.feedback.questions import Perspective, RoundFloors

EVENTS = 40
PEOPLE = ("a" * 32, "b" * 32)
LENS, POLICY, QUESTION = "1" * 32, "2" * 32, "3" * 32
SIDES = (Perspective.PEER, Perspective.LEAD, Perspective.CLIENT)
FLOORS = RoundFloors(raters=3, clients=5, comments=3)
AT = datetime(2026, 4, 1, 18, tzinfo=UTC)
History = list[tuple[str, Event]]


def prepared(name: str, closes_at: datetime = AT) -> RoundPrepared:
    return RoundPrepared(
        round=name, lens=LENS, lens_number=2, closes_at=closes_at, own_question="Wat mis je?"
    )


def opened(name: str, *, closes_at: datetime = AT, attributed: str | None = None) -> RoundOpened:
    return RoundOpened(
        round=name,
        on=date(2026, 3, 2),
        policy=POLICY,
        promise_version=1,
        floors=FLOORS,
        closes_at=closes_at,
        inbox="ipp.feedback-inbox-2026",
        public_key=b"\4" * 65,
        attributed=attributed,
    )


def released(name: str, *texts: str) -> MirrorReleased:
    """A mirror with one block, and two questions with these texts; a fragment's id says round and place."""
    contents = MirrorContents(
        blocks=(Block(perspectives=(Perspective.PEER,), raters=CountBand(low=3, high=4), steadiness=0.36),),
        left_out=(Perspective.CLIENT,),
        comments=tuple(
            Comments(
                question=QUESTION,
                perspectives=(Perspective.PEER,),
                fragments=tuple(
                    Fragment(fragment=fragment_of(name, block, place), text=text)
                    for place, text in enumerate(texts)
                ),
            )
            for block in range(2)
        ),
    )
    return MirrorReleased(round=name, mirror=f"m{name[1:]}", contents=contents)


def fragment_of(name: str, block: int, place: int) -> str:
    return f"{name[:30]}{block}{place}"


def history_of(seed: int) -> History:
    """Two people with one round after the other, and anything that may happen to it at any moment."""
    random = Random(seed)  # noqa: S311 - to be the same each time
    happened: History = []
    rounds_of: dict[str, list[str]] = {person: [] for person in PEOPLE}
    released_for: set[str] = set()
    for number in range(EVENTS):
        person = random.choice(PEOPLE)
        if not rounds_of[person] or random.random() < 0.1:
            rounds_of[person].append(f"{number:030x}00")
            event: Event = prepared(rounds_of[person][-1], AT + timedelta(days=number))
        else:
            event = _in_a_round(random, rounds_of[person][-1], number)
        if isinstance(event, MirrorReleased):
            if event.round in released_for:
                continue  # a round has one mirror
            released_for.add(event.round)
        happened.append((f"round-{person}", event))
    return happened


def _in_a_round(random: Random, name: str, number: int) -> Event:
    fragment = fragment_of(name, random.randrange(2), random.randrange(2))
    invitation = f"{name[:30]}{random.randrange(5):02}"
    moment = AT + timedelta(days=random.randrange(9))
    answers = tuple(Answer(question=QUESTION, scale=scale) for scale in (1, 5)[: random.randrange(3)])
    return random.choices(
        (
            RaterInvited(round=name, invitation=f"{name[:28]}{number:04}", perspective=random.choice(SIDES)),
            InvitationRevoked(round=name, invitation=invitation),
            opened(name, closes_at=moment, attributed=random.choice((None, invitation))),
            SelfMirrorFilled(round=name, answers=answers),
            RoundExtended(round=name, closes_at=moment),
            ReminderSent(round=name, number=number, on=date(2026, 3, 1 + number % 28)),
            RoundClosing(round=name),
            RoundClosed(round=name),
            released(name, *("Goed", "Beter")[: random.randrange(3)]),
            RoundInboxDestroyed(round=name),
            CommentFlagged(round=name, fragment=fragment, reason="Au"),
            CommentMasked(round=name, fragment=fragment, reason="Herkenbaar"),
            RoundCancelled(round=name, reason=random.choice(("owner", "key_lost"))),
            UnknownEvent(name="round.round-sung.v1", raw=b"{}"),
            Forgotten(),
        ),
        weights=(8, 2, 3, 3, 2, 2, 2, 2, 4, 1, 6, 4, 1, 1, 1),
    )[0]
