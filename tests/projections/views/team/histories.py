"""Histories in which anything may happen in a team, in any order that partitions allow."""

from datetime import timedelta
from random import Random
from typing import NamedTuple

from events.catalog.employment import TeamJoined, TeamLeft
from events.catalog.portfolio.goals import GoalOfferedToTeam, GoalOfferTakenBack
from events.catalog.registry import Event
from events.catalog.team import (
    JointGoalAdopted,
    JointGoalProgressNoted,
    JointGoalReached,
    TeamSessionHeld,
    WorkHandedBack,
    WorkOffered,
    WorkOfferEnded,
    WorkTakenUp,
    WorkVolunteeredFor,
)
from events.catalog.teamwork import JointGoalWritten, TeamSessionWritten, WorkOfferWritten
from events.codec import Forgotten, Recorded
from events.streams import Stream
from projections.view import Fact
from tests.projections.views.given import NOON

TEAMS, PEOPLE = ("1" * 32, "2" * 32), ("a" * 32, "b" * 32, "c" * 32)
TERMS = ("d" * 32, "e" * 32, "f" * 32)
THINGS = 3
"""Offers, goals and sessions of each kind, so that the same one is acted on again and again."""
DAY = NOON.date()


class Happened(NamedTuple):
    """An event in its stream, with the version that it has there."""

    stream: str
    version: int
    event: Event

    @property
    def subject(self) -> str:
        return Stream.parse(self.stream).subject


class History:
    """Grows by one act after the other; an act may take two events, words first."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - to be the same each time
        self.happened: list[Happened] = []
        self._versions: dict[str, int] = {}

    def add(self, stream: str, event: Event) -> None:
        self._versions[stream] = self._versions.get(stream, 0) + 1
        self.happened.append(Happened(stream, self._versions[stream], event))

    def act(self) -> None:
        team, person = self.random.choice(TEAMS), self.random.choice(PEOPLE)
        chosen = self.random.choices(
            (self._moves, self._works, self._offers_work, self._wants, self._talks, self._forgotten),
            weights=(4, 10, 4, 5, 1, 0.3),
        )[0]
        chosen(team, person)

    def _moves(self, team: str, person: str) -> None:
        event = TeamJoined if self.random.random() < 0.8 else TeamLeft
        self.add(f"employment-{person}", event(team=team, on=DAY))

    def _offers_work(self, team: str, person: str) -> None:
        offer = self._thing("3")
        words = WorkOfferWritten(offer=offer, team=team, title=f"Klus {person[0]}", text="Wie?")
        wanted = tuple(self.random.sample(TERMS, self.random.choice((0, 1, 2))))
        until = DAY + timedelta(days=self.random.choice((-1, 0, 30)))
        self._written(person, words)
        self.add(
            f"team-{team}",
            WorkOffered(offer=offer, by=person, seen=self._seen(person), until=until, wanted=wanted),
        )

    def _works(self, team: str, person: str) -> None:
        offer, seen = self._thing("3"), self._seen(person)
        acts: tuple[Event, ...] = (
            WorkVolunteeredFor(offer=offer, by=person, seen=seen),
            WorkTakenUp(offer=offer, by=person, seen=seen),
            WorkHandedBack(offer=offer, by=person),
            WorkOfferEnded(offer=offer, reason=self.random.choice(("day", "taken_up", "author_left"))),
        )
        self.add(f"team-{team}", self.random.choices(acts, weights=(6, 4, 2, 1))[0])

    def _wants(self, team: str, person: str) -> None:
        goal = self._thing("4")
        offers = [each + self._thing("5") for each in PEOPLE]
        match self.random.randrange(7):
            case 0 | 1 | 6:
                offered = {"goal": self._thing("5"), "team": team, "wording": self.random.choice("xyz")}
                offer = self.random.choice((None, person + self._thing("5")))
                self.add(f"portfolio-{person}", GoalOfferedToTeam(**offered, offer=offer))
            case 2:
                back = GoalOfferTakenBack(goal=self._thing("5"), reason="owner")
                self.add(f"portfolio-{person}", back)
            case 3:
                self._written(person, JointGoalWritten(goal=goal, team=team, text=f"Doel {person[0]}"))
                self.add(f"team-{team}", JointGoalAdopted(goal=goal, by=person, origins=tuple(offers)))
            case 4:
                progress = self.random.choice((0, 50))
                self.add(f"team-{team}", JointGoalProgressNoted(goal=goal, progress=progress))
            case _:
                self.add(f"team-{team}", JointGoalReached(goal=goal))

    def _talks(self, team: str, person: str) -> None:
        session, held_on = self._thing("6"), DAY - timedelta(days=self.random.randrange(3))
        self._written(person, TeamSessionWritten(session=session, team=team, agreements=(person[0],)))
        self.add(f"team-{team}", TeamSessionHeld(session=session, by=person, held_on=held_on))

    def _forgotten(self, team: str, person: str) -> None:
        del team
        category = self.random.choice(("portfolio", "teamwork", "employment"))
        self.add(f"{category}-{person}", Forgotten())

    def _written(self, person: str, words: Event) -> None:
        if self.random.random() < 0.9:  # or it was lost with a crash, which can't be; nothing is shown then
            self.add(f"teamwork-{person}", words)

    def _thing(self, kind: str) -> str:
        return kind * 31 + str(self.random.randrange(THINGS))

    def _seen(self, person: str) -> int:
        return self._versions.get(f"employment-{person}", 0)


def in_some_order(happened: list[Happened], random: Random, *, lagging: bool) -> list[Happened]:
    """
    Return these events in an order in which partitions may be folded: each subject's own order is kept.

    `lagging`: of some subjects the last events have not been folded yet.
    """
    queues = {subject: [one for one in happened if one.subject == subject] for subject in (*TEAMS, *PEOPLE)}
    if lagging:
        queues = {subject: queue[: random.randint(0, len(queue))] for subject, queue in queues.items()}
    ordered: list[Happened] = []
    while waiting := [queue for queue in queues.values() if queue]:
        ordered.append(random.choice(waiting).pop(0))
    return ordered


def as_facts(ordered: list[Happened]) -> list[Fact]:
    """Place events in one partition, in this order; all of them on the first day."""
    return [
        Fact(
            partition=0,
            ordinal=ordinal,
            subject=one.subject,
            recorded=Recorded(
                stream=one.stream, version=one.version, event=one.event, at=NOON, by=one.subject
            ),
        )
        for ordinal, one in enumerate(ordered, start=1)
    ]
