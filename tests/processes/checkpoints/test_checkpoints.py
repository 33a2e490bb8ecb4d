"""A checkpoint is made once a day, of a log that verifies, and is signed by the keys that the log names."""

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from events.catalog.checkpoints import CheckpointKeysAdopted
from events.log.faults import FaultKind
from events.log.journal.checks import last_checks
from events.log.proof.checkpoints import Checkpoint, read_checkpoint
from events.log.proof.notes import NoteSigner, open_note
from events.log.proof.verification import verify_with_checkpoints
from kit.health import Health
from processes.assembly import checkpoints_of
from processes.checkpoints.loop import FAULTY_S, NAME, CheckpointLoop
from processes.job import read_views
from projections.views import checkpoints as view
from tests.processes.house import accepted, caught_up, inhabited
from tests.services.house import House

pytestmark = [pytest.mark.postgres, pytest.mark.timeout(180)]

OLD, NEW = ("ipp", bytes(range(32))), ("ipp", bytes(range(1, 33)))
SIGNER = NoteSigner.of_seeds(OLD)


@pytest.fixture
def house(database_with_tables: str) -> Iterator[House]:
    with inhabited(database_with_tables) as found:
        caught_up(found)
        yield found


def loop_of(house: House, signer: NoteSigner = SIGNER) -> tuple[CheckpointLoop, Health]:
    health = Health(house.clock)
    loop = checkpoints_of(
        house.handler, config=house.log.config, signer=signer, calendar=house.calendar, health=health
    )
    return loop, health


def made(house: House, signer: NoteSigner = SIGNER) -> list[view.Checkpoint]:
    """Let the loop take a turn, and return what is listed then."""
    loop_of(house, signer)[0].turn()
    caught_up(house)
    return listed(house)


def listed(house: House) -> list[view.Checkpoint]:
    return read_views(house.log.url, lambda connection: view.last_checkpoints(connection, 10))


def faults(house: House, checkpoint: Checkpoint) -> list[FaultKind]:
    with closing(house.log.reader()) as reader, psycopg.connect(house.log.url, autocommit=True) as conn:
        return [
            fault.kind
            for partition in range(house.log.partitions)
            for fault in verify_with_checkpoints(
                conn, reader, log=house.log.name, partition=partition, checkpoints=[checkpoint]
            ).report.faults
        ]


def opened_note(found: view.Checkpoint, signer: NoteSigner = SIGNER) -> Checkpoint:
    return read_checkpoint(open_note(found.note, signer.verifier_keys))


def test_a_day_gets_one_checkpoint_of_the_whole_log_and_the_next_day_another(house: House) -> None:
    (first,) = made(house)
    checkpoint = opened_note(first)
    assert (first.on_day, checkpoint.day) == (house.calendar.today(), house.calendar.today())
    assert len(checkpoint.partitions) == house.log.partitions
    assert sum(partition.events for partition in checkpoint.partitions) > 5
    assert len(made(house)) == 1
    house.clock.advance(timedelta(days=1))
    accepted(house, "namePassion", text="Samen koken")
    assert [each.on_day.day for each in made(house)] == [first.on_day.day + 1, first.on_day.day]
    assert faults(house, checkpoint) == []


def test_what_the_check_found_is_kept_for_every_partition(house: House) -> None:
    made(house)
    with psycopg.connect(house.log.url, autocommit=True) as conn:
        found = last_checks(conn, log=house.log.name)
        (count,) = conn.execute(
            house.log.tables.statement("SELECT sum(ordinal) FROM {positions}")
        ).fetchone() or (0,)
    assert [check.partition for check in found] == list(range(house.log.partitions))
    assert all(check.whole and not check.faults for check in found)
    assert {check.checked_at for check in found} == {house.clock.now()}
    assert 0 < sum(check.ordinal for check in found) < count, "the checkpoint itself came after"


def test_a_log_that_does_not_verify_gets_no_checkpoint_and_health_names_the_place(house: House) -> None:
    with psycopg.connect(house.log.url, autocommit=True) as conn:
        changing = (
            "UPDATE {events} SET state = 'x' WHERE originator_version = 1 AND topic = 'team.team-formed.v1'"
        )
        assert conn.execute(house.log.tables.statement(changing)).rowcount == 1
    loop, health = loop_of(house)
    assert loop.turn() == FAULTY_S
    caught_up(house)
    assert listed(house) == []
    sentence = health.findings()[NAME].sentence
    assert "does not verify, so nothing is signed" in sentence
    assert "the journal has another state" in sentence
    with psycopg.connect(house.log.url, autocommit=True) as conn:
        checks = last_checks(conn, log=house.log.name)
    assert [fault.kind for check in checks for fault in check.faults] == [FaultKind.CHANGED]


def test_a_role_that_may_not_keep_the_check_is_named_and_the_log_is_not_read_again_at_once(
    house: House,
) -> None:
    role = f"reader_{house.log.name}"
    with psycopg.connect(house.log.url, autocommit=True) as conn:
        conn.execute(f"CREATE ROLE {role} IN ROLE pg_read_all_data".encode())
    health = Health(house.clock)
    config = dataclasses.replace(
        house.log.config, database_url=make_conninfo(house.log.url, options=f"-c role={role}")
    )
    loop = checkpoints_of(house.handler, config=config, signer=SIGNER, calendar=house.calendar, health=health)
    assert loop.turn() == FAULTY_S
    finding = health.findings()[NAME]
    assert finding.state == "degraded"
    assert "this role may not write to the schema checks" in finding.sentence
    caught_up(house)
    assert listed(house) == []


def test_while_a_key_takes_over_both_sign_and_the_log_says_by_which_keys(house: House) -> None:
    first = made(house)[0]
    house.clock.advance(timedelta(days=1))
    both = NoteSigner.of_seeds(NEW, OLD)
    second = made(house, both)[0]
    assert opened_note(second, SIGNER) == opened_note(second, NoteSigner.of_seeds(NEW))
    house.clock.advance(timedelta(days=1))
    third = made(house, NoteSigner.of_seeds(NEW))[0]
    assert opened_note(first, SIGNER).day < opened_note(third, NoteSigner.of_seeds(NEW)).day
    events = [recorded.event for recorded in house.events(f"checkpoint-{house.vault.organisation()}")]
    adopted = [event.keys for event in events if isinstance(event, CheckpointKeysAdopted)]
    assert adopted == [
        tuple(map(str, signer.verifier_keys)) for signer in (SIGNER, both, NoteSigner.of_seeds(NEW))
    ]
