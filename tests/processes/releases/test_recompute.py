"""A release computed again agrees, differs, or is no longer possible, and nothing else is said (rule 22)."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from eventsourcing.persistence import EventStore
from msgspec.structs import replace

from events.catalog.portfolio.life import PortfolioPaused
from events.privacy.mirror_keys import MirrorKeys
from kit.errors import ForbiddenError
from processes.assembly import recomputing_of
from processes.releases import making
from processes.releases.recompute import NoSuchReleaseError
from projections.views.contributions import BasisNotReadyError
from rules.access.roles import Role
from rules.audit.recomputation import Recomputation
from rules.releases.model import Release, release_id
from tests.environment import without_settings
from tests.processes.releases.house import ReleaseHouse, release_house

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def house(database: str) -> Iterator[ReleaseHouse]:
    with release_house(database, people=40) as house:
        yield house


def go_on(house: ReleaseHouse) -> None:
    for _ in range(15):
        house.join(house.dice.choice(house.teams))


def forget(house: ReleaseHouse, person: str) -> None:
    house.put((f"portfolio-{person}", PortfolioPaused()))
    house.house.vault.destroy(person)
    house.house.mapper.fetch_keys([f"portfolio-{person}"])
    house.caught_up()


def test_releases_agree_whatever_happened_since_held_ones_too(house: ReleaseHouse) -> None:
    for changes in (True, False, True):
        house.released()
        if changes:
            go_on(house)
    house.released()
    go_on(house)
    house.caught_up()
    assert [release.held is None for release in house.state().releases] == [True, True, False, True]
    assert {house.recomputed(epoch) for epoch in (1, 2, 3, 4)} == {Recomputation.AGREES}


def test_a_release_that_was_not_made_from_its_basis_differs(
    house: ReleaseHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = making.made_from

    def made_up(*given: object) -> Release:
        made = honest(*given)  # type: ignore[arg-type]
        first, *others = made.clusters
        region, *regions = first.regions
        changed = replace(first, regions=(replace(region, value=region.value + 1), *regions))
        return replace(made, clusters=(changed, *others))

    with monkeypatch.context() as patched:
        patched.setattr("processes.releases.maker.made_from", made_up)
        house.released()
    assert house.recomputed(1) is Recomputation.DIFFERS


def test_somebody_who_was_counted_and_is_forgotten_makes_it_no_longer_possible(house: ReleaseHouse) -> None:
    counted = house.join(house.teams[0], terms=house.terms)
    house.released()
    assert house.recomputed(1) is Recomputation.AGREES
    forget(house, counted)
    assert house.recomputed(1) is Recomputation.NO_LONGER_POSSIBLE


def test_somebody_who_came_later_and_is_forgotten_changes_nothing(house: ReleaseHouse) -> None:
    house.released()
    later = house.join(house.teams[0])
    forget(house, later)
    assert house.recomputed(1) is Recomputation.AGREES


def test_what_is_not_there_or_not_folded_is_an_error_and_no_answer(house: ReleaseHouse) -> None:
    with pytest.raises(NoSuchReleaseError):
        house.recomputed(1)
    house.released()
    with psycopg.connect(house.house.log.url, autocommit=True) as connection:
        connection.execute("UPDATE views.positions SET ordinal = 0 WHERE partition = 0")
    with pytest.raises(BasisNotReadyError):
        house.recomputed(1)


def test_the_command_answers_with_one_word_and_a_status(house: ReleaseHouse, tmp_path: Path) -> None:
    counted = house.join(house.teams[0], terms=house.terms)
    house.released()
    assert command(house, tmp_path, 1) == (0, "Release 1: agrees.\n")
    status, said = command(house, tmp_path, 2)
    assert (status, said.startswith("It can't be said now: ")) == (2, True)
    forget(house, counted)
    assert command(house, tmp_path, 1) == (3, "Release 1: no longer possible.\n")


def test_rule_22_an_auditor_names_a_release_by_its_id_and_nobody_else_gets_a_word(
    house: ReleaseHouse,
) -> None:
    house.released()
    inside = house.house
    granted = inside.ask("administrator", Role.ADMINISTRATOR, "grantRole", role="AUDITOR", subject="auditor")
    assert granted.outcome == "ACCEPTED"
    auditor = inside.caller("auditor", Role.AUDITOR).person
    mirror_keys = MirrorKeys(inside.log.url, inside.vault._master)
    made = recomputing_of(
        inside.handler,
        store=EventStore(inside.mapper, inside.log.recorders[0]),
        vault=inside.vault,
        mirror_keys=mirror_keys,
        database_url=inside.log.url,
        calendar=inside.calendar,
    )
    organisation = inside.vault.organisation_or_new()
    first = release_id(organisation, 1)
    assert made.recomputed(first, person=auditor, role=Role.AUDITOR) is Recomputation.AGREES
    for none in (release_id(organisation, 2), release_id("9" * 32, 1)):
        assert made.recomputed(none, person=auditor, role=Role.AUDITOR) is None
    for person, role in ((auditor, Role.HR), (inside.caller("e1", Role.AUDITOR).person, Role.AUDITOR)):
        with pytest.raises(ForbiddenError):
            made.recomputed(first, person=person, role=role)
    mirror_keys.close()


def command(house: ReleaseHouse, folder: Path, epoch: int) -> tuple[int, str]:
    key = folder / "master.key"
    key.write_text(house.house.vault._master.key.hex())
    own = {
        "IPP_DATABASE_URL": house.house.log.url,
        "IPP_VAULT_URL": house.house.log.url,
        "IPP_MASTER_KEY_FILE": str(key),
        "IPP_LOG_NAME": house.house.log.name,
        "IPP_PARTITIONS": "3",
    }
    others = without_settings()
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "processes", "recompute", str(epoch)],
        cwd=ROOT,
        env=others | own,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
