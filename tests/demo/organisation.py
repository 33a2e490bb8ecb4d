"""The whole demo organisation on a real log, filled once, and everything that its journal holds."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from deploy.demo.client import DemoRounds, DemoServices
from deploy.demo.releases import DemoReleases
from deploy.demo.seed import seed
from events.codec import EventMapper
from events.privacy.invitations import Invitations
from events.privacy.made_releases import MadeReleases
from kit.postgres.connections import connect_own
from kit.secrets import MasterKey
from processes.keeper.keeper import LocalKeeper
from processes.keeper.key_store import KeyStore
from projections.batch import Batch
from projections.registry import find_views
from projections.view import Fact
from tests.processes.house import caught_up
from tests.projections.witness import ask, make_worker, working
from tests.services.house import House, opened
from tests.services.round_house import inboxes_of

PEOPLE: Final = int(os.environ.get("IPP_TEST_DEMO_PEOPLE", "40" if os.environ.get("CI") == "true" else "120"))
FOLD_S_MAX: Final = 120.0
VIEWS: Final = find_views()
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """The filled house, at rest: its workers run only inside `at_work`."""

    house: House
    people: int

    @property
    def url(self) -> str:
        return self.house.log.url

    @property
    def today(self) -> date:
        return self.house.calendar.today()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Run the journal's and the views' workers; at the end every view has reached the journal's end."""
        views = make_worker(self.url, self.house.log.name, self.house.mapper, views=VIEWS)
        with self.house.log.folding(), working(views) as ended:
            yield
            caught_up(self.house, patience_s=FOLD_S_MAX)
            assert not ended

    @cached_property
    def facts(self) -> list[Fact]:
        """Every event in the journal, opened, in the order of its partition."""
        log = self.house.log
        with connect_own(self.url, application_name="test") as connection:
            read = [
                log.journal.read_partition(connection, partition=partition, after=0, limit=10**6)
                for partition in range(log.partitions)
            ]
        batches = [Batch(events, EventMapper(self.house.vault)) for events in read]
        return [batch.fact(index) for batch in batches for index in range(len(batch.events))]

    def facts_of(self, category: str) -> dict[str, list[Fact]]:
        """The facts of each subject that has streams of a category, in order."""
        found: dict[str, list[Fact]] = {}
        for fact in self.facts:
            if fact.recorded.stream.startswith(f"{category}-"):
                found.setdefault(fact.subject, []).append(fact)
        return found

    def view_rows(self) -> Rows:
        """The rows of every table of every view, as text."""
        names = [table.served for view in VIEWS for table in view.tables]
        return {name: ask(self.url, f"SELECT t::text FROM {name} t ORDER BY 1") for name in names}

    def journal_rows(self) -> Rows:
        """The rows of the journal of events, commits and heads, as text."""
        names = [f"{self.house.log.name}_{name}" for name in ("events", "commits", "refusals", "settled")]
        return {name: ask(self.url, f"SELECT t::text FROM {name} t ORDER BY 1") for name in names}


@contextmanager
def filled(database: str, people: int = PEOPLE) -> Iterator[Organisation]:
    """Fill an empty log as the demo does; its rounds that are over stay closing, since no closer runs."""
    with ExitStack() as stack:
        house = stack.enter_context(opened(database))
        invitations = stack.enter_context(closing(Invitations(database, MasterKey(key=os.urandom(32)))))
        inboxes = stack.enter_context(closing(inboxes_of(database, house.log.name)))
        keys = KeyStore(Path(stack.enter_context(TemporaryDirectory())))
        keeper = LocalKeeper(keys=keys, inboxes=inboxes, calendar=house.calendar)
        organisation = Organisation(house=house, people=people)
        services = DemoServices(
            recorder=house.log.recorders[0],
            vault=house.vault,
            mapper=house.mapper,
            rounds=DemoRounds(invitations=invitations, keeper=keeper),
        )
        made = stack.enter_context(closing(MadeReleases(database)))
        with organisation.at_work():
            seed(
                services,
                count=people,
                today=organisation.today,
                on_progress=_ignored,
                releases=DemoReleases(made=made, database_url=database),
            )
        yield organisation


def _ignored(_step: str, _done: int, _total: int) -> None:
    pass
