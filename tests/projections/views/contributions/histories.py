"""Histories of a small organisation, in partitions: people, teams, units and terms come, change and go."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final

from events.catalog.catalogue import TermAdopted, TermProposed, TermRetired, TermReworded, TermsMerged
from events.catalog.employment import EmploymentEnded, ProfessionalRegistered, TeamJoined, TeamLeft
from events.catalog.portfolio.life import PortfolioClosed, PortfolioOpened, PortfolioPaused, PortfolioResumed
from events.catalog.portfolio.sharing import (
    InsightConsentGiven,
    InsightConsentWithdrawn,
    ItemShared,
    ItemSharingEnded,
)
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised, TalentSetAside
from events.catalog.registry import Event
from events.catalog.team import TeamClosed, TeamFormed, TeamMoved, TeamReopened
from events.catalog.units import UnitClosed, UnitFormed, UnitMoved, UnitReopened
from events.codec import Forgotten, Recorded
from events.streams import Stream, partition_of
from projections.view import Fact
from projections.views.contributions import CutOff
from rules.clusters import CLUSTERS
from rules.kinds import InsightScope, ItemKind, Language

PARTITIONS: Final = 3
EVENTS: Final = 250
ON: Final = date(2026, 11, 24)
NOON: Final = datetime(2026, 11, 24, 12, tzinfo=UTC)
ORGANISATION: Final = "0" * 31 + "1"
SCOPES: Final = (
    (InsightScope.TALENTS, InsightScope.ENERGY),
    (InsightScope.TALENTS,),
    (InsightScope.ENERGY,),
)


class History:
    """Draws events that deciders would accept, and places them in partitions."""

    def __init__(self, seed: int, *, people: int = 8) -> None:
        self.random = Random(seed)  # noqa: S311 - to be the same each time
        self.facts: list[Fact] = []
        self.versions: dict[str, int] = {}
        self.ends = [0] * PARTITIONS
        self.people = [self.new() for _ in range(people)]
        self.teams: list[str] = []
        self.units: dict[str, str | None] = {}
        self.terms: dict[str, str] = {}
        self.talents: dict[str, list[str]] = {person: [] for person in self.people}
        self.sharings: dict[str, list[str]] = {person: [] for person in self.people}

    def new(self) -> str:
        return f"{self.random.getrandbits(128):032x}"

    def add(self, stream: str, event: Event) -> None:
        subject = Stream.parse(stream).subject
        partition = partition_of(subject, PARTITIONS)
        self.ends[partition] += 1
        version = self.versions[stream] = self.versions.get(stream, 0) + 1
        recorded = Recorded(stream=stream, version=version, event=event, at=NOON, by=subject)
        ordinal = self.ends[partition]
        self.facts.append(Fact(partition=partition, ordinal=ordinal, subject=subject, recorded=recorded))

    def cut_off(self, epoch: int) -> CutOff:
        return CutOff(epoch=epoch, on=ON, positions=tuple(self.ends))

    def begin(self) -> None:
        """Two units, three teams, terms in use, and people who are counted."""
        for _ in range(2):
            self.unit_formed()
        for _ in range(3):
            self.team_formed()
            self.term_adopted()
            self.term_adopted()
        for person in self.people:
            self.add(f"employment-{person}", ProfessionalRegistered(name="Fenna", email="f@mee.example"))
            self.add(f"portfolio-{person}", PortfolioOpened(language=Language.NL))
            self.joined(person)
            self.consented(person)
            self.claimed(person)

    def step(self) -> None:
        person = self.random.choice(self.people)
        about_person: dict[Callable[[str], None], int] = {
            self.claimed: 12,
            self.revised: 8,
            self.set_aside: 2,
            self.shared: 6,
            self.sharing_ended: 2,
            self.consented: 4,
            self.consent_withdrawn: 1,
            self.joined: 4,
            self.left_team: 2,
            self.employment: 1,
            self.life: 1,
        }
        about_all: dict[Callable[[], None], int] = {
            self.unit_formed: 1,
            self.unit_changed: 2,
            self.team_formed: 1,
            self.team_changed: 2,
            self.term_adopted: 1,
            self.term_changed: 2,
        }
        if self.random.random() < 0.8:
            self._one_of(about_person)(person)
        else:
            self._one_of(about_all)()

    def _one_of(self, choices: dict[Any, int]) -> Any:
        return self.random.choices(tuple(choices), tuple(choices.values()))[0]

    def claimed(self, person: str) -> None:
        talent, term = self.new(), self.random.choice((None, *self.terms))
        self.talents[person].append(talent)
        self.add(
            f"portfolio-{person}", TalentClaimed(talent=talent, name="Rust", term=term, **self._numbers())
        )

    def revised(self, person: str) -> None:
        if self.talents[person]:
            talent = self.random.choice(self.talents[person])
            self.add(f"portfolio-{person}", TalentRevised(talent=talent, **self._numbers()))

    def set_aside(self, person: str) -> None:
        if self.talents[person]:
            talent = self.random.choice(self.talents[person])
            self.talents[person].remove(talent)
            self.add(f"portfolio-{person}", TalentSetAside(talent=talent))

    def shared(self, person: str) -> None:
        if not self.talents[person]:
            return
        sharing = self.new()
        self.sharings[person].append(sharing)
        shared = ItemShared(
            sharing=sharing,
            item=self.random.choice(self.talents[person]),
            kind=ItemKind.TALENT,
            audience=self.random.choice(("organisation", "organisation", "team", "people")),
            until=ON + timedelta(days=self.random.choice((-1, 0, 9))),
        )
        self.add(f"portfolio-{person}", shared)

    def sharing_ended(self, person: str) -> None:
        if self.sharings[person]:
            ended = self.sharings[person].pop(self.random.randrange(len(self.sharings[person])))
            self.add(f"portfolio-{person}", ItemSharingEnded(sharing=ended, reason="owner"))

    def consented(self, person: str) -> None:
        scopes = self.random.choices(SCOPES, (5, 3, 1))[0]
        self.add(f"portfolio-{person}", InsightConsentGiven(scopes=scopes, notice_version=1))

    def consent_withdrawn(self, person: str) -> None:
        self.add(f"portfolio-{person}", InsightConsentWithdrawn())

    def joined(self, person: str) -> None:
        day = ON - timedelta(days=self.random.randrange(3))
        self.add(f"employment-{person}", TeamJoined(team=self.random.choice(self.teams), on=day))

    def left_team(self, person: str) -> None:
        self.add(f"employment-{person}", TeamLeft(team=self.random.choice(self.teams), on=ON))

    def employment(self, person: str) -> None:
        registered = ProfessionalRegistered(name="Fenna", email="f@mee.example")
        self.add(f"employment-{person}", self.random.choice((EmploymentEnded(on=ON), registered, registered)))

    def life(self, person: str) -> None:
        opened = PortfolioOpened(language=Language.NL)
        events = (opened, opened, PortfolioPaused(), PortfolioResumed(), PortfolioClosed())
        event: Event = self.random.choice(events)
        if self.random.random() < 0.15:
            event = Forgotten()
            self.talents[person], self.sharings[person] = [], []
        self.add(f"portfolio-{person}", event)

    def unit_formed(self) -> None:
        unit, parent = self.new(), self.random.choice((None, *self.units))
        self.units[unit] = parent
        self.add(f"units-{ORGANISATION}", UnitFormed(unit=unit, name="Noord", parent=parent))

    def unit_changed(self) -> None:
        unit, parent = self.random.choice(list(self.units)), self.random.choice((None, *self.units))
        above = parent
        while above is not None and above != unit:
            above = self.units[above]
        moves: tuple[Event, ...] = () if above == unit else (UnitMoved(unit=unit, parent=parent),)
        event = self.random.choice((UnitClosed(unit=unit), UnitReopened(unit=unit), *moves))
        if isinstance(event, UnitMoved):
            self.units[unit] = parent
        self.add(f"units-{ORGANISATION}", event)

    def team_formed(self) -> None:
        team = self.new()
        self.teams.append(team)
        self.add(f"team-{team}", TeamFormed(name="Kade", unit=self.random.choice(list(self.units))))

    def team_changed(self) -> None:
        moved = TeamMoved(unit=self.random.choice(list(self.units)))
        event = self.random.choice((moved, TeamClosed(), TeamReopened()))
        self.add(f"team-{self.random.choice(self.teams)}", event)

    def term_adopted(self) -> None:
        term, cluster = self.new(), self.random.choice(list(CLUSTERS)[:3])
        self.terms[term] = "ADOPTED"
        stream = f"catalogue-{ORGANISATION}"
        self.add(stream, TermProposed(term=term, nl="Rust", en="Calm", cluster=cluster))
        if self.random.random() < 0.8:
            self.add(stream, TermAdopted(term=term))

    def term_changed(self) -> None:
        term, into = self.random.choices(list(self.terms), k=2)
        stream = f"catalogue-{ORGANISATION}"
        if self.terms[term].startswith("MERGED"):
            return
        if term != into and self.terms[into] == "ADOPTED" and self.random.random() < 0.5:
            # Terms that were merged into one of these are merged again, as the decider does.
            gone = tuple(t for t in self.terms if t == term or self.terms[t] == f"MERGED {term}")
            self.terms |= dict.fromkeys(gone, f"MERGED {into}")
            self.add(stream, TermsMerged(terms=gone, into=into))
        else:
            kept = TermAdopted(term=term)
            changed = TermReworded(term=term, nl="Stil", en="Quiet")
            self.add(stream, self.random.choice((kept, changed, TermRetired(term=term))))

    def _numbers(self) -> dict[str, Any]:
        dice = self.random
        return {"strength": dice.randint(1, 5), "energy": dice.randint(-2, 2), "use": dice.randint(0, 3)}
