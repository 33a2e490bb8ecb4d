"""An organisation of any size in the views: everybody with a portfolio, and with something open to others."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from random import Random
from typing import Any, Final

import psycopg

from deploy.demo.people import people as named_people
from events.catalog.employment import ProfessionalRegistered, TeamJoined
from events.catalog.portfolio.energy import EnergySourceNoted, PassionNamed
from events.catalog.portfolio.goals import GoalProgressNoted, GoalSet
from events.catalog.portfolio.life import PortfolioOpened, ProfileStatementWritten
from events.catalog.portfolio.sharing import ItemShared
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised
from events.catalog.registry import Event
from events.catalog.team import TeamFormed
from events.codec import Recorded
from events.streams import Stream
from kit.clock import SystemClock
from projections.changes import Changes
from projections.registry import find_views
from projections.view import Fact
from rules.kinds import Audience, EnergySourceKind, HoursBand, ItemKind, Language

TEAM_MEMBERS: Final = 12
TALENTS: Final = 8
REVISIONS: Final = 12
TERMS: Final = 60
OPEN_TO_READER: Final = 4
"""One person of so many opened a talent to the reader, and another to everybody."""
PEOPLE_MAX: Final = 10_000
BEGUN: Final = SystemClock().now() - timedelta(days=30)
OPEN_DAYS: Final = 130
BATCH: Final = 5_000
STORY: Final = "Ik zie wat er onder een vraag ligt, en wacht tot de ander het zelf zegt."
UNIT: Final = "e" * 32


def id_of(kind: int, number: int, place: int = 0) -> str:
    return f"{kind:02x}{number:014x}{place:016x}"


class Grown:
    """
    An organisation that grows in the views of a database: so many people, in teams of twelve.

    Their events are folded as the view worker does, past the log; the worker may go on with the log's own.
    One of OPEN_TO_READER opened a talent to the `reader`, who is there already.
    """

    def __init__(self, url: str, reader: str) -> None:
        self._url, self._reader = url, reader
        self._people = [id_of(1, number) for number in range(PEOPLE_MAX)]
        self._names = [one.name for one in named_people(PEOPLE_MAX, today=BEGUN.date())]
        self._versions: dict[str, int] = {}
        self._dice = Random(1)  # noqa: S311 - to be the same each time
        self.count = 0
        self.events = 0

    def to(self, count: int) -> None:
        """Let it grow to so many people."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            facts = self._facts(range(self.count, count))
            while batch := list(islice(facts, BATCH)):
                _fold(connection, batch)
            connection.execute("VACUUM ANALYZE")
        self.count = count

    def _facts(self, numbers: range) -> Iterator[Fact]:
        for stream, event in self._happened_to(numbers):
            self.events += 1
            version = self._versions[stream] = self._versions.get(stream, 0) + 1
            at = BEGUN + timedelta(milliseconds=self.events)
            subject = Stream.parse(stream).subject
            recorded = Recorded(stream=stream, version=version, event=event, at=at, by=subject)
            yield Fact(partition=0, ordinal=self.events, subject=subject, recorded=recorded)

    def _happened_to(self, numbers: range) -> Iterator[tuple[str, Event]]:
        for number in numbers:
            person, name = self._people[number], self._names[number]
            team = id_of(2, number // TEAM_MEMBERS)
            if number % TEAM_MEMBERS == 0:
                yield f"team-{team}", TeamFormed(name=f"Team {number // TEAM_MEMBERS}", unit=UNIT)
            yield f"employment-{person}", ProfessionalRegistered(name=name, email="p@mee.example")
            yield f"employment-{person}", TeamJoined(team=team, on=BEGUN.date())
            for event in (*self._life_of(number), *self._opened_by(number, team)):
                yield f"portfolio-{person}", event

    def _life_of(self, number: int) -> Iterator[Event]:
        yield PortfolioOpened(language=Language.NL)
        yield ProfileStatementWritten(statement=id_of(3, number), text=STORY)
        for place in range(TALENTS):
            word = self._dice.randrange(TERMS)
            claimed: dict[str, Any] = {"term": id_of(4, word), "name_en": f"Word {word}"} if place < 6 else {}
            yield TalentClaimed(
                talent=id_of(5, number, place),
                name=f"Talent {word}",
                story=STORY,
                strength=3,
                energy=1,
                use=1,
                **claimed,
            )
        for _ in range(REVISIONS):
            said = {name: self._dice.randint(1, 2) for name in ("strength", "energy", "use")}
            yield TalentRevised(talent=id_of(5, number, self._dice.randrange(TALENTS)), story=STORY, **said)
        yield PassionNamed(passion=id_of(6, number), text="Buiten zijn met een groep")
        noted: dict[str, Any] = {"kind": EnergySourceKind.GIVER, "hours_per_week": HoursBand.UP_TO_2}
        yield EnergySourceNoted(source=id_of(7, number), activity="Bellen", **noted)
        yield GoalSet(goal=id_of(8, number), text="Leren omgaan met stilte in een gesprek")
        yield GoalProgressNoted(goal=id_of(8, number), progress=40)

    def _opened_by(self, number: int, team: str) -> Iterator[Event]:
        others = [
            one for one in self._dice.sample(self._people[: number + 3], 3) if one != self._people[number]
        ]
        yield self._shared(number, 0, "people", people=tuple(others))
        yield self._shared(number, 1, "team", team=team)
        if number % OPEN_TO_READER == 1:
            yield self._shared(number, 2, "people", people=(self._reader,))
            yield self._shared(number, 3, "organisation")

    def _shared(self, number: int, place: int, audience: Audience, **to: Any) -> ItemShared:
        return ItemShared(
            sharing=id_of(9, self._dice.getrandbits(48), place),
            item=id_of(5, number, place),
            kind=ItemKind.TALENT,
            audience=audience,
            until=BEGUN.date() + timedelta(days=OPEN_DAYS),
            **to,
        )


def _fold(connection: psycopg.Connection, facts: Sequence[Fact]) -> None:
    """Fold a batch into every view that reads any of it."""
    categories = {id(fact): Stream.parse(fact.recorded.stream).category for fact in facts}
    for view in find_views():
        changes = Changes(view.tables, 0)
        for fact in facts:
            if categories[id(fact)] in view.categories:
                changes.about(fact.subject)
                view.fold(fact, changes)
        with connection.transaction():
            changes.write(connection, "views")
