"""An organisation of any size, as commits on the log: a year of people who are counted in releases."""

import os
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from random import Random
from typing import Any, Final

import psycopg
from eventsourcing.persistence import StoredEvent

from events.catalog.catalogue import TermAdopted, TermProposed
from events.catalog.employment import ProfessionalRegistered, TeamJoined
from events.catalog.portfolio.energy import PassionNamed
from events.catalog.portfolio.goals import GoalSet
from events.catalog.portfolio.life import PortfolioOpened
from events.catalog.portfolio.sharing import InsightConsentGiven, InsightConsentWithdrawn, ItemShared
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from events.catalog.registry import Event
from events.catalog.team import TeamFormed
from events.catalog.units import UnitFormed
from events.codec import EventMapper, Recorded
from events.log.record import ZERO_PARENT, Commit, Write, digest_of, encode_entry, frame, unframe
from events.privacy.sealing import KEY_BYTES
from events.streams import Stream, partition_of
from kit.ids import new_id
from kit.secrets import MasterKey
from rules.clusters import CLUSTERS
from rules.kinds import InsightScope, ItemKind, Language
from tests.events.log.harness import LogUnderTest

MOMENT: Final = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TEAM: Final = 10
"""People in a team."""
BRANCHES: Final = 6
"""Teams in a unit, and units in the unit above."""
TERMS: Final = 60
CONSENTING: Final = 0.7
BOTH: Final = (InsightScope.TALENTS, InsightScope.ENERGY)
COMMITS_PER_RECORD: Final = 40
STORY: Final = "Ik zie wat er onder een vraag ligt, en wacht tot de ander het zelf zegt."


class CountedPeople:
    """
    People in teams of ten, in a tree of units; every choice is drawn by the same dice.

    In the first year each claims six talents, most by a term of the catalogue, and revises some; seven of ten
    are counted. `later` is what a quarter changes: one in ten claims another talent or sets one aside, one in
    fifty withdraws their consent or gives it.
    """

    def __init__(self, mapper: EventMapper, organisation: str, people: Sequence[str]) -> None:
        self.mapper, self.organisation, self.people = mapper, organisation, people
        self.dice = Random(1)  # noqa: S311 - to be the same each time
        self.heads: dict[str, tuple[int, bytes]] = {}
        self.terms = [new_id() for _ in range(TERMS)]
        self.talents: defaultdict[str, list[str]] = defaultdict(list)
        self.events = 0

    def commit(self, *happened: tuple[str, Event]) -> Commit:
        """Return a commit of events of one subject, chained to what was committed before."""
        writes = []
        for stream, event in happened:
            before, parent = self.heads.get(stream, (0, ZERO_PARENT))
            recorded = Recorded(stream=stream, version=before + 1, event=event, at=MOMENT, by="b" * 32)
            stored: StoredEvent = self.mapper.to_stored_event(recorded)
            digest = digest_of(parent, stream, before + 1, stored.topic, stored.state)
            self.heads[stream] = (before + 1, digest)
            writes.append(Write(stream, before + 1, parent, stored.topic, stored.state))
        self.events += len(writes)
        subject = Stream.parse(happened[0][0]).subject
        return Commit(subject, os.urandom(32), os.urandom(16), tuple(writes))

    def tree(self) -> Iterator[Commit]:
        """Yield terms, units and teams, and then the first year of everybody, team by team."""
        for number, term in enumerate(self.terms):
            cluster = list(CLUSTERS)[number % len(CLUSTERS)]
            stream = Stream("catalogue", self.organisation).name
            proposed = TermProposed(term=term, nl=f"Woord {number}", en=f"Word {number}", cluster=cluster)
            yield self.commit((stream, proposed), (stream, TermAdopted(term=term)))
        teams = [new_id() for _ in range(-(-len(self.people) // TEAM))]
        parents = yield from self._units(-(-len(teams) // BRANCHES))
        for number, team in enumerate(teams):
            formed = TeamFormed(name=f"Team {number}", unit=parents[number // BRANCHES])
            yield self.commit((Stream("team", team).name, formed))
        for number, person in enumerate(self.people):
            yield self.commit(*self._first_year(person, teams[number // TEAM]))

    def _units(self, count: int) -> Generator[Commit, None, list[str]]:
        """Yield so many units, with those above them before; return the lowest ones."""
        above: Sequence[str | None] = [None]
        if count > BRANCHES:
            above = yield from self._units(-(-count // BRANCHES))
        units = [new_id() for _ in range(count)]
        for number, unit in enumerate(units):
            formed = UnitFormed(unit=unit, name=f"Unit {number}", parent=above[number * len(above) // count])
            yield self.commit((Stream("units", self.organisation).name, formed))
        return units

    def _first_year(self, person: str, team: str) -> list[tuple[str, Event]]:
        work, own = Stream("employment", person).name, Stream("portfolio", person).name
        happened: list[tuple[str, Event]] = [
            (work, ProfessionalRegistered(name="Fatima de Vries", email="f.devries@example.org")),
            (work, TeamJoined(team=team, on=date(2026, 1, 5))),
            (own, PortfolioOpened(language=Language.NL)),
        ]
        if self.dice.random() < CONSENTING:
            happened.append((own, self._consent()))
        for number in range(6):
            happened.append((own, self._claim(person, own_words=number == 5)))
            happened.append((own, PassionNamed(passion=new_id(), text=STORY)))
        for talent in self.dice.sample(self.talents[person], 4):
            happened.append((own, TalentRevised(talent=talent, story=STORY, **self._numbers())))
            happened.append((own, GoalSet(goal=new_id(), text=STORY)))
        if self.dice.random() < 0.05:
            happened.append((own, self._shared(self.talents[person][0])))
        return happened

    def later(self) -> Iterator[Commit]:
        """Yield what a quarter changes."""
        for person in self.people:
            own, drawn = Stream("portfolio", person).name, self.dice.random()
            if drawn < 0.05:
                yield self.commit((own, self._claim(person)))
            elif drawn < 0.1:
                yield self.commit((own, TalentSetAside(talent=self.talents[person].pop())))
            elif drawn < 0.12:
                yield self.commit((own, self.dice.choice((self._consent(), InsightConsentWithdrawn()))))

    def _consent(self) -> InsightConsentGiven:
        scopes = BOTH if self.dice.random() < 0.8 else BOTH[:1]
        return InsightConsentGiven(scopes=scopes, notice_version=1)

    def _claim(self, person: str, *, own_words: bool = False) -> TalentClaimed:
        talent = new_id()
        self.talents[person].append(talent)
        term = None if own_words else self.dice.choice(self.terms)
        return TalentClaimed(talent=talent, name="Rust brengen", term=term, story=STORY, **self._numbers())

    def _shared(self, talent: str) -> ItemShared:
        return ItemShared(
            sharing=new_id(),
            item=talent,
            kind=ItemKind.TALENT,
            audience="organisation",
            until=date(2027, 11, 24),
        )

    def _numbers(self) -> dict[str, Any]:
        dice = self.dice
        return {"strength": dice.randint(1, 5), "energy": dice.randint(-2, 2), "use": dice.randint(0, 3)}


def append(log: LogUnderTest, commits: Iterable[Commit]) -> None:
    """Append commits, many of them in one record, as group commit makes them under load."""
    reader, appender = log.reader(), log.appender()
    genesis = reader.record_at(0, 0)
    assert genesis is not None  # noqa: S101 - the log was made before
    generation = unframe(genesis.value).generation
    reader.close()
    waiting: defaultdict[int, list[bytes]] = defaultdict(list)
    for commit in commits:
        partition = partition_of(commit.subject, log.partitions)
        waiting[partition].append(encode_entry(commit))
        if len(waiting[partition]) >= COMMITS_PER_RECORD:
            appender.append(partition, frame(generation, "", waiting.pop(partition))).result(60)
    for partition, entries in waiting.items():
        appender.append(partition, frame(generation, "", entries)).result(60)
    appender.close()


def new_people(vault_url: str, master: MasterKey, count: int) -> list[str]:
    """Make people with keys in the vault, all in one statement; return their ids."""
    people = [new_id() for _ in range(count)]
    with (
        psycopg.connect(vault_url) as conn,
        conn.cursor().copy("COPY vault_keys (subject, wrapped) FROM STDIN") as copy,
    ):
        for person in people:
            copy.write_row((person, master.wrap(os.urandom(KEY_BYTES), context=person.encode())))
    return people
