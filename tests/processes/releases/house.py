"""An organisation that may be counted, on a real log and vault, and the makers of its releases."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Final

from eventsourcing.persistence import EventStore

from events.catalog.catalogue import TermAdopted, TermProposed
from events.catalog.employment import ProfessionalRegistered, TeamJoined
from events.catalog.portfolio.life import PortfolioOpened
from events.catalog.portfolio.sharing import InsightConsentGiven
from events.catalog.portfolio.talents import TalentClaimed
from events.catalog.registry import Event
from events.catalog.team import TeamFormed
from events.catalog.units import UnitFormed
from events.codec import Recorded
from events.log.record import Commit, unframe
from events.privacy.made_releases import MadeReleases
from events.streams import Stream
from kit.postgres.connections import connect_own
from processes.releases.maker import NAME, Maker, Parts
from processes.releases.recompute import recompute
from projections.views import contributions
from rules.access.roles import Role
from rules.audit.recomputation import Recomputation
from rules.commands import CommandResult
from rules.kinds import InsightScope, Language
from services.contexts.releases.decider import DECIDER
from services.contexts.releases.state import Releases
from services.decisions.command import Command
from services.handling.handler import CommandHandler
from services.handling.loading import load
from tests.projections.witness import ask, make_worker, wait_until, working
from tests.services.house import NOW, House, found_in, opened

EVERY_DAYS: Final = 90
DAY_1: Final = NOW.date() + timedelta(days=EVERY_DAYS)
POLICY: Final[dict[str, Any]] = {
    "floors": {},
    "releaseEveryDays": EVERY_DAYS,
    "sharingDaysMax": 365,
    "portfolioDaysAfterLeaving": 90,
}
CLUSTERS: Final = ("calm", "making", "contact")
BOTH: Final = (InsightScope.TALENTS, InsightScope.ENERGY)


@dataclass
class ReleaseHouse:
    """Teams of ten in units of two teams; everybody has an open portfolio, and five of six are counted."""

    house: House
    made: MadeReleases
    dice: random.Random
    units: list[str] = field(default_factory=list)
    teams: list[str] = field(default_factory=list)
    terms: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)

    @property
    def organisation(self) -> str:
        return self.house.handler.organisation()

    @property
    def release_stream(self) -> str:
        return Stream("release", self.organisation).name

    def new(self) -> str:
        return f"{self.dice.getrandbits(128):032x}"

    def put(self, *happened: tuple[str, Event]) -> None:
        """Append events of one subject, each in a stream of its category."""
        versions: dict[str, int] = {}
        stored = []
        for stream, event in happened:
            before = versions[stream] if stream in versions else len(self.house.events(stream))
            versions[stream] = before + 1
            recorded = Recorded(
                stream=stream, version=before + 1, event=event, at=self.house.clock.now(), by="t" * 32
            )
            stored.append(self.house.mapper.to_stored_event(recorded))
        self.house.log.recorders[0].append(stored)

    def furnish(self, *, teams: int, people: int) -> None:
        """Adopt a policy, form teams two by two, take up terms, and register people, most of them counted."""
        found_in(self.house)
        adopted = self.house.ask("administrator", Role.ADMINISTRATOR, "adoptPolicy", **POLICY)
        assert adopted.outcome == "ACCEPTED", adopted
        self.terms = [self.new() for _ in range(2 * len(CLUSTERS))]
        for number, term in enumerate(self.terms):
            proposed = TermProposed(term=term, nl="Rust", en="Calm", cluster=CLUSTERS[number // 2])
            stream = f"catalogue-{self.organisation}"
            self.put((stream, proposed), (stream, TermAdopted(term=term)))
        for number in range(teams):
            if number % 2 == 0:
                self.units.append(self.new())
                formed = UnitFormed(unit=self.units[-1], name=f"Unit {number}")
                self.put((f"units-{self.organisation}", formed))
            self.teams.append(self.new())
            self.put((f"team-{self.teams[-1]}", TeamFormed(name=f"Team {number}", unit=self.units[-1])))
        for number in range(people):
            self.join(self.teams[number * teams // people], scopes=BOTH if number % 6 else None)

    def join(self, team: str, *, terms: Sequence[str] | None = None, scopes: Any = BOTH) -> str:
        """Register somebody new in a team, who is counted with these terms, by default each by a coin."""
        person = self.house.vault.person_for_or_new(self.new())
        held = [term for term in self.terms if self.dice.random() < 0.4] if terms is None else terms
        mine = f"portfolio-{person}"
        consent = [(mine, InsightConsentGiven(scopes=scopes, notice_version=1))] if scopes else []
        claims = [(mine, self.claimed(term)) for term in held]
        self.put(
            (f"employment-{person}", ProfessionalRegistered(name="Fenna", email="f@example.org")),
            (f"employment-{person}", TeamJoined(team=team, on=date(2026, 1, 5))),
            (mine, PortfolioOpened(language=Language.NL)),
            *consent,
            *claims,
        )
        self.people.append(person)
        return person

    def claimed(self, term: str) -> TalentClaimed:
        return TalentClaimed(
            talent=self.new(), name="Rust", term=term, strength=4, energy=self.dice.choice((-1, 1, 2)), use=1
        )

    def parts(self, handler: CommandHandler | None = None) -> Parts:
        handler = handler or self.house.handler

        def send(command: Command, *, occasion: str) -> CommandResult:
            return handler.handle_for_process(command, process=NAME, occasion=occasion)

        return Parts(
            send=send,
            store=EventStore(self.house.mapper, self.house.log.recorders[0]),
            rules=handler.releases.rules,
            organisation=self.house.vault.organisation,
            made=self.made,
            calendar=self.house.calendar,
            database_url=self.house.log.url,
        )

    def maker(self, **changed: Any) -> Maker:
        return Maker(replace(self.parts(), **changed))

    def another(self, **changed: Any) -> Maker:
        """Return a maker of another process, with its own connection to the log."""
        return Maker(replace(self.parts(self.house.another_process()), **changed))

    def until_due(self, *, days: int = EVERY_DAYS) -> None:
        self.house.clock.advance(timedelta(days=days))

    def released(self, maker: Maker | None = None) -> None:
        """Let time pass to the next release, and make it while a worker folds the view."""
        self.until_due()
        self.caught_up()
        assert not (maker or self.maker()).turn().waits

    def caught_up(self) -> None:
        """Fold the view up to the end of the log."""
        with self.folding():
            wait_until(self.is_caught_up)

    def is_caught_up(self) -> bool:
        if not ask(self.house.log.url, "SELECT to_regclass('views.positions') IS NOT NULL")[0][0]:
            return False
        sql = "SELECT ordinal FROM views.positions WHERE view = 'contributions' ORDER BY partition"
        reached = tuple(ordinal for (ordinal,) in ask(self.house.log.url, sql))
        return reached == self.house.log.recorders[0].positions()

    @contextmanager
    def folding(self) -> Iterator[None]:
        worker = make_worker(
            self.house.log.url, self.house.log.name, self.house.mapper, views=(contributions.VIEW,)
        )
        with working(worker):
            yield

    def stream(self) -> list[Recorded]:
        return self.house.events(self.release_stream)

    def state(self) -> Releases:
        store: EventStore[str] = EventStore(self.house.mapper, self.house.log.recorders[0])
        state: Releases = load(store, DECIDER, (self.release_stream,)).state
        return state

    def recomputed(self, epoch: int) -> Recomputation:
        with connect_own(self.house.log.url, application_name="test") as connection:
            return recompute(self.state(), epoch, connection=connection)

    def attempts(self) -> list[tuple[tuple[str, int, str, bytes], ...]]:
        """Return every commit to the stream of releases that is on the log, refused ones too."""
        reader, partitions = self.house.log.reader(), range(self.house.log.partitions)
        after: dict[int, int] = dict.fromkeys(partitions, 0)
        found: list[tuple[tuple[str, int, str, bytes], ...]] = []
        while records := reader.read(after, timeout_s=0.5):
            for record in records:
                after[record.partition] = record.offset + 1
                found += [
                    tuple((write.stream, write.version, write.topic, write.state) for write in entry.writes)
                    for entry in unframe(record.value).entries
                    if isinstance(entry, Commit) and entry.writes[0].stream == self.release_stream
                ]
        reader.close()
        return found


@contextmanager
def release_house(
    database: str, *, teams: int = 6, people: int = 60, seed: int = 1, bootstrap: str | None = None
) -> Iterator[ReleaseHouse]:
    with opened(database, bootstrap=bootstrap) as house, house.log.folding():
        made = MadeReleases(database)
        found = ReleaseHouse(house=house, made=made, dice=random.Random(seed))  # noqa: S311 - no secret
        found.furnish(teams=teams, people=people)
        try:
            yield found
        finally:
            made.close()
