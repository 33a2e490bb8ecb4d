"""All views together, as `python -m projections` runs them, on a real log with a real vault."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from events.catalog.access import AccessEvent
from events.catalog.catalogue import CatalogueEvent
from events.catalog.checkpoints import CheckpointEvent
from events.catalog.employment import EmploymentEvent, ProfessionalRegistered, TeamJoined
from events.catalog.lenses import LensEvent
from events.catalog.policy import OrganisationFounded, RoleGranted
from events.catalog.portfolio import PortfolioEvent
from events.catalog.portfolio.life import PortfolioOpened
from events.catalog.portfolio.talents import TalentClaimed, TalentRevised
from events.catalog.quality import QualityEvent
from events.catalog.registry import Event
from events.catalog.releases import ReleaseEvent
from events.catalog.rollout import RolloutEvent
from events.catalog.rounds import RoundEvent
from events.catalog.team import MemberEvent, TeamFormed, WorkTakenUp, WorkVolunteeredFor
from events.catalog.teamwork import TeamworkEvent
from events.codec import PERSON_CATEGORIES, EventMapper, Recorded
from events.log.recorder import LogRecorder
from events.privacy.vault import Vault
from kit.clock import SystemClock
from kit.health import Health
from kit.ids import new_id
from kit.secrets import MasterKey
from projections.folding import unpark
from projections.registry import find_views, view_named
from projections.views import directory, profile
from projections.views.contributions.tables import CLOSINGS, FORGOTTEN
from projections.views.contributions.tables import SHARINGS as COUNTED_SHARINGS
from projections.views.organisation.policy import POLICIES, POLICY_RECORDS
from projections.views.organisation.tree import UNITS
from projections.views.rounds.tables import INVITATIONS
from projections.views.shared.tables import OFFERS
from projections.views.team.tables import GOALS_ON_OFFER
from rules.kinds import Language
from tests.backends.postgres import fresh_database
from tests.environment import without_settings
from tests.events.examples import EXAMPLES
from tests.events.log.harness import LogUnderTest
from tests.projections.views.given import read
from tests.projections.witness import ask, make_worker, wait_until, working

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(180)]

PERSONS = 20
ROOT = Path(__file__).parents[2]
VIEWS = find_views()


@dataclass
class House:
    """A vault, a log, and what was put on it."""

    log: LogUnderTest
    recorder: LogRecorder
    vault: Vault
    vault_url: str
    key_file: Path
    events: int = 0

    @property
    def mapper(self) -> EventMapper:
        return EventMapper(self.vault)

    def append(self, stream: str, first_version: int, *happened: Event) -> None:
        moment = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
        self.recorder.append(
            [
                self.mapper.to_stored_event(
                    Recorded(stream=stream, version=version, event=event, at=moment, by=new_id())
                )
                for version, event in enumerate(happened, start=first_version)
            ]
        )
        self.events += len(happened)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "projections", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "IPP_DATABASE_URL": self.log.url,
            "IPP_VAULT_URL": self.vault_url,
            "IPP_MASTER_KEY_FILE": str(self.key_file),
            "IPP_PROBES_PORT": "0",
        }
        return without_settings() | own

    def folded(self) -> bool:
        """Tell whether every view passed every event."""
        if not ask(self.log.url, "SELECT to_regclass('views.positions') IS NOT NULL")[0][0]:
            return False
        sums = "SELECT view, sum(ordinal) FROM views.positions GROUP BY view"
        return dict(ask(self.log.url, sums)) == {view.name: self.events for view in VIEWS}

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        names = [table.served for view in VIEWS for table in view.tables]
        return {name: ask(self.log.url, f"SELECT t::text FROM {name} t ORDER BY 1") for name in names}


@pytest.fixture
def house(log: LogUnderTest, postgres_url: str, tmp_path: Path) -> Iterator[House]:
    key_file = tmp_path / "master.key"
    with fresh_database(postgres_url) as vault_url:
        vault = Vault(vault_url, MasterKey.from_file_or_new(key_file))
        vault.create_tables()
        yield House(log, log.recorder(), vault, vault_url, key_file)
        vault.close()


@pytest.fixture
def persons(house: House) -> list[str]:
    organisation, team = house.vault.organisation_or_new(), new_id()
    house.append(f"policy-{organisation}", 1, OrganisationFounded(name="MEE"))
    terms = [event for event in EXAMPLES if isinstance(event, CatalogueEvent)]
    house.append(f"catalogue-{organisation}", 1, *terms)
    lenses = [event for event in EXAMPLES if isinstance(event, LensEvent)]
    house.append(f"lens-{organisation}-{new_id()}", 1, *lenses)
    of_rollout = [event for event in EXAMPLES if isinstance(event, RolloutEvent)]
    house.append(f"rollout-{organisation}", 1, *of_rollout)
    measured = [event for event in EXAMPLES if isinstance(event, QualityEvent)]
    house.append(f"quality-{organisation}", 1, *measured)
    of_releases = [event for event in EXAMPLES if isinstance(event, ReleaseEvent)]
    house.append(f"release-{organisation}", 1, *of_releases)
    checkpoints = [event for event in EXAMPLES if isinstance(event, CheckpointEvent)]
    house.append(f"checkpoint-{organisation}", 1, *checkpoints)
    house.append(f"team-{team}", 1, TeamFormed(name="Noord", unit=new_id()))
    found = [house.vault.person_for_or_new(f"E{number:03}") for number in range(PERSONS)]
    for number, person in enumerate(found):
        registered = ProfessionalRegistered(name=f"Person {number}", email=f"p{number}@mee.example")
        house.append(f"employment-{person}", 1, registered, TeamJoined(team=team, on=date(2026, 1, 5)))
        talent = new_id()
        claimed = TalentClaimed(talent=talent, name="Luisteren", strength=3, energy=1, use=1)
        revised = TalentRevised(talent=talent, strength=4, energy=2, use=2, story="Vaak gehoord.")
        house.append(f"portfolio-{person}", 1, PortfolioOpened(language=Language.NL), claimed, revised)
    # One to whom everything happened, so that whatever a fold makes of any event comes back too.
    events = [event for event in EXAMPLES if isinstance(event, PortfolioEvent)]
    house.append(f"portfolio-{found[1]}", 4, *events)
    written = [event for event in EXAMPLES if isinstance(event, TeamworkEvent)]
    house.append(f"teamwork-{found[1]}", 1, *written)
    acts = [event for event in EXAMPLES if isinstance(event, MemberEvent)]
    # Once more, since the examples end with what was handed back.
    again = [event for event in acts if isinstance(event, WorkVolunteeredFor | WorkTakenUp)]
    house.append(f"team-{team}", 2, *acts, *again)
    rounds = [event for event in EXAMPLES if isinstance(event, RoundEvent)]
    house.append(f"round-{found[5]}", 1, *rounds)
    audits = [event for event in EXAMPLES if isinstance(event, AccessEvent)]
    house.append(f"access-{found[5]}", 1, *audits)
    told_by_hr = [event for event in EXAMPLES if isinstance(event, EmploymentEvent)]
    house.append(f"employment-{found[1]}", 3, *told_by_hr)
    house.append(
        f"policy-{organisation}", 2, RoleGranted(grant=new_id(), person=found[0], role="ADMINISTRATOR")
    )
    return found


def test_dropping_every_derived_table_and_starting_the_workers_gives_equal_rows(
    house: House, persons: list[str]
) -> None:
    with working(make_worker(house.log.url, house.log.name, house.mapper, views=VIEWS)):
        wait_until(house.folded)
    before = house.rows()
    assert {name for name, rows in before.items() if not rows} == {
        table.served
        for table in (
            UNITS,
            POLICIES,
            POLICY_RECORDS,
            OFFERS,
            GOALS_ON_OFFER,
            INVITATIONS,
            COUNTED_SHARINGS,
            CLOSINGS,
            FORGOTTEN,
        )
    }
    with psycopg.connect(house.log.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA views CASCADE")
    with working(make_worker(house.log.url, house.log.name, house.mapper, views=VIEWS)):
        wait_until(house.folded)
    assert house.rows() == before


def test_whose_key_was_destroyed_is_in_no_view_after_a_rebuild_and_nobody_is_parked(
    house: House, persons: list[str]
) -> None:
    forgotten, kept = persons[3], persons[4]
    house.vault.destroy(forgotten)
    with working(make_worker(house.log.url, house.log.name, house.mapper, views=VIEWS)):
        wait_until(house.folded)
    for name, rows in house.rows().items():
        if name == FORGOTTEN.served:  # that it happened, and nothing else
            assert [row.strip("()").partition(",")[2] for (row,) in rows] == [forgotten]
        else:
            assert not any(forgotten in row for (row,) in rows), name
    assert ask(house.log.url, "SELECT * FROM views.parked") == []
    assert read(house.log.url, directory.known_of, kept).person is not None
    assert read(house.log.url, profile.portfolio_of, kept) is not None


def test_a_worker_process_folds_shows_its_status_and_rebuilds(house: House, persons: list[str]) -> None:
    worker = subprocess.Popen([sys.executable, "-m", "projections", "run"], cwd=ROOT, env=house.environment)
    try:
        wait_until(house.folded)
        shown = house.run("status", "--json")
        assert shown.returncode == 0, shown.stderr
        views = json.loads(shown.stdout)["views"]
        assert len(views) == len(VIEWS) * house.log.partitions
        assert {at["lag_events"] for at in views} == {0}
        assert all(at["worker"].endswith(f":{worker.pid}") for at in views)
        before = house.rows()
        rebuilt = house.run("rebuild", "profile")
        assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
        assert "Equal at equal positions, and swapped." in rebuilt.stdout
        assert house.rows() == before
        assert house.run("rebuild", "nothing").returncode == 1
        assert house.run("unpark", "profile").returncode == 0
    finally:
        worker.terminate()
        assert worker.wait(20) == 0


def test_status_names_who_is_parked_and_unparking_mends_it(house: House, persons: list[str]) -> None:
    assert "Views" in house.run("status").stdout
    nothing_lost = house.vault.key_of(persons[5])
    with psycopg.connect(house.vault_url, autocommit=True) as vault:
        vault.execute("CREATE TABLE aside AS SELECT * FROM vault_keys WHERE subject = %s", (persons[5],))
        vault.execute("DELETE FROM vault_persons WHERE person = %s", (persons[5],))
        vault.execute("DELETE FROM vault_keys WHERE subject = %s", (persons[5],))
        house.vault.forget_opened(persons[5])
        with working(make_worker(house.log.url, house.log.name, house.mapper, views=VIEWS)):
            wait_until(house.folded)
        parked = json.loads(house.run("status", "--json").stdout)["parked"]
        of_persons = {view.name for view in VIEWS if view.categories & PERSON_CATEGORIES}
        reasons = {(view, row["reason"]) for view, rows in parked.items() for row in rows}
        assert reasons == {(view, "NoKeyError") for view in of_persons}
        assert house.run("unpark", "profile").returncode == 1
        vault.execute("INSERT INTO vault_keys SELECT * FROM aside")
    assert house.vault.key_of(persons[5]) == nothing_lost
    assert house.run("unpark", "profile").returncode == 0
    with psycopg.connect(house.log.url, autocommit=True) as connection:
        for view in parked.keys() - {"profile"}:
            unpark(connection, view_named(view), persons[5], journal=house.log.journal, opener=house.mapper)
    assert read(house.log.url, profile.portfolio_of, persons[5]) is not None
    assert ask(house.log.url, "SELECT * FROM views.parked") == []


def test_a_vault_that_is_away_degrades_the_worker_until_it_is_back(
    house: House, persons: list[str], postgres_url: str
) -> None:
    database = house.vault_url.rpartition("/")[2]
    health = Health(SystemClock())
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database,)
        )
        away = Vault(house.vault_url, MasterKey.from_file(house.key_file))
        worker = make_worker(
            house.log.url, house.log.name, EventMapper(away), views=VIEWS, lease_s=30, health=health
        )
        with working(worker) as ended:
            wait_until(lambda: "vault" in str(health.as_json()), patience_s=40)
            server.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
            wait_until(house.folded, patience_s=40)
            assert not ended
        away.close()
    assert ask(house.log.url, "SELECT * FROM views.parked") == []
