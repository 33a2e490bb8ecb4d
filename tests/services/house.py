"""Services on a real log and a real vault, with an organisation and people who send commands."""

import dataclasses
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from eventsourcing.persistence import EventStore

from events.codec import EventMapper, Recorded
from events.privacy.vault import Vault
from kit.clock import Calendar, FixedClock
from kit.secrets import MasterKey
from rules.access.roles import Role
from rules.commands import CommandResult
from services.admin.founding import found_organisation
from services.handling.handler import CommandHandler
from services.handling.loading import events_of
from services.handling.registry import read_command
from services.handling.results import Caller
from tests.events.log.harness import LogUnderTest, unique_name

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    log: LogUnderTest
    vault: Vault
    handler: CommandHandler
    clock: FixedClock
    number: str = "e1"
    """The employee number of the current portfolio's owner."""

    @property
    def calendar(self) -> Calendar:
        return Calendar(clock=self.clock, zone=ZONE)

    @property
    def mapper(self) -> EventMapper:
        return EventMapper(self.vault)

    def caller(self, claim: str, role: Role) -> Caller:
        return Caller(person=self.vault.person_for_or_new(claim), role=role)

    def ask(
        self,
        claim: str,
        role: Role,
        name: str,
        /,
        *,
        command_id: str | None = None,
        expected_version: int | None = None,
        handler: CommandHandler | None = None,
        **given: Any,
    ) -> CommandResult:
        return (handler or self.handler).handle(
            read_command(name, given),
            caller=self.caller(claim, role),
            command_id=command_id or str(uuid4()),
            expected_version=expected_version,
        )

    def feed(self, name: str, /, **given: Any) -> CommandResult:
        return self.ask("feed", Role.HR_FEED, name, **given)

    def owner(self, name: str, /, **given: Any) -> CommandResult:
        return self.ask(self.number, Role.PROFESSIONAL, name, **given)

    def another_process(self) -> CommandHandler:
        """A handler with its own recorder, as in another service process."""
        return CommandHandler(
            recorder=self.log.recorder(), vault=self.vault, mapper=self.mapper, calendar=self.calendar
        )

    def events(self, stream: str) -> list[Recorded]:
        store: EventStore[str] = EventStore(self.mapper, self.log.recorders[0])
        return list(events_of(store, stream))

    def portfolio(self) -> list[Recorded]:
        return self.events(f"portfolio-{self.vault.person_for(self.number)}")


@contextmanager
def opened(database: str, *, append_timeout_s: float = 8.0, bootstrap: str | None = None) -> Iterator[House]:
    """Open a house on an empty log, without a journal worker and without an organisation."""
    log = LogUnderTest(
        url=database,
        name=unique_name(),
        partitions=3,
        bootstrap=bootstrap,
        append_timeout_s=append_timeout_s,
    )
    log.create()
    vault = Vault(database, MasterKey(key=os.urandom(32)))
    vault.create_tables()
    clock = FixedClock(NOW)
    handler = CommandHandler(
        recorder=log.recorder(),
        vault=vault,
        mapper=EventMapper(vault),
        calendar=Calendar(clock=clock, zone=ZONE),
    )
    try:
        yield House(log=log, vault=vault, handler=handler, clock=clock)
    finally:
        log.drop()
        vault.close()


def found_in(house: House) -> None:
    found_organisation(
        recorder=house.log.recorders[0],
        vault=house.vault,
        mapper=house.mapper,
        calendar=house.calendar,
        name="MEE Voorbeeld",
        administrator="administrator",
    )


def furnish(house: House) -> None:
    """Found the organisation, give the HR system its role, form a team, and open a portfolio."""
    found_in(house)
    for done in (
        house.ask("administrator", Role.ADMINISTRATOR, "grantRole", role="HR_FEED", subject="feed"),
        house.feed("formUnit", unitKey="north", name="Noord"),
        house.feed("formTeam", teamKey="kade", name="Team Kade", unitKey="north"),
    ):
        assert done.outcome == "ACCEPTED", done
    with_owner(house, house.number)


def with_owner(house: House, number: str) -> House:
    """Register a new person, who opens a portfolio; return the house with this person as the owner."""
    house = dataclasses.replace(house, number=number)
    for done in (
        house.feed("registerProfessional", employeeNumber=number, name="Fenna", email="f@example.org"),
        house.owner("openPortfolio", language="NL"),
    ):
        assert done.outcome == "ACCEPTED", done
    return house


TALENT = {"name": {"ownWords": "Rust brengen"}, "strength": 4, "energy": 2, "use": 1}
