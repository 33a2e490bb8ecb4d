"""Leases on a real PostgreSQL: who holds a partition, who loses it, and that no two hold it at once."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import psycopg
import pytest

from kit.postgres.leases import LeaseLostError, Leases

pytestmark = pytest.mark.postgres

PARTITIONS = 6
LEASE_S = 1.0
PATIENCE_S = 15.0

Opened = Callable[..., Leases]


@pytest.fixture
def worker(database: str) -> Iterator[Opened]:
    opened: list[Leases] = []

    def open_worker(name: str, group: str = "test", lease_s: float = LEASE_S) -> Leases:
        opened.append(Leases(database, group, PARTITIONS, lease_s, name))
        return opened[-1]

    yield open_worker
    for leases in opened:
        leases.close()


def turn_until(reached: Callable[[], bool], *workers: Leases) -> None:
    """Let these workers take turns until something is so; one that missed a beat and was ended comes back."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        for leases in workers:
            with suppress(LeaseLostError):
                leases.hold()
        if reached():
            return
        assert time.monotonic() < deadline, [sorted(leases.held) for leases in workers]
        time.sleep(0.05)


def test_a_lone_worker_holds_every_partition_at_once(worker: Opened) -> None:
    assert worker("a").hold() == frozenset(range(PARTITIONS))


def test_a_second_worker_is_handed_its_share_and_no_partition_has_two_holders(worker: Opened) -> None:
    first, second = worker("a"), worker("b")
    first.hold()
    turn_until(lambda: len(first.held) == len(second.held) == 3, first, second)
    assert not first.held & second.held


def test_with_more_workers_than_fit_evenly_every_partition_is_held_by_somebody(worker: Opened) -> None:
    workers = [worker(name) for name in "abcd"]
    turn_until(lambda: sorted(len(each.held) for each in workers) == [0, 2, 2, 2], *workers)


def test_when_a_worker_closes_the_others_take_over(worker: Opened) -> None:
    first, second = worker("a"), worker("b")
    turn_until(lambda: len(second.held) == 3, first, second)
    first.close()
    turn_until(lambda: len(second.held) == PARTITIONS, second)


def test_groups_do_not_meet(worker: Opened) -> None:
    assert worker("a", "one").hold() == worker("a", "two").hold() == frozenset(range(PARTITIONS))


def test_a_holder_that_stops_beating_is_ended_after_the_lease(worker: Opened) -> None:
    frozen, standby = worker("a"), worker("b")
    began = time.monotonic()
    frozen.hold()
    turn_until(lambda: len(standby.held) == PARTITIONS, standby)
    assert time.monotonic() - began >= LEASE_S


def test_a_holder_that_wakes_up_can_write_nothing_and_starts_again(worker: Opened, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE written (by text)")
    frozen, standby = worker("a"), worker("b")
    frozen.hold()
    frozen.connection.execute("BEGIN")
    frozen.connection.execute("INSERT INTO written VALUES ('frozen')")
    turn_until(lambda: len(standby.held) == PARTITIONS, standby)
    with pytest.raises(psycopg.OperationalError):
        frozen.connection.execute("COMMIT")
    with psycopg.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM written").fetchone() == (0,)
    with pytest.raises(LeaseLostError):
        frozen.hold()
    with pytest.raises(LeaseLostError):
        _ = frozen.connection
    turn_until(lambda: len(frozen.held) == len(standby.held) == 3, frozen, standby)


def test_a_pid_used_again_by_somebody_else_is_left_alone(worker: Opened, database: str) -> None:
    leases = worker("a")
    leases.hold()
    with psycopg.connect(database, autocommit=True) as innocent:
        innocent.execute(
            "INSERT INTO leases.workers VALUES (pg_backend_pid(), '2000-01-01', 'test', 'dead', '2000-01-01')"
        )
        time.sleep(LEASE_S / 2)
        leases.hold()
        assert innocent.execute("SELECT worker FROM leases.workers").fetchall() == [("a",)]


def test_a_transaction_left_open_costs_the_leases(worker: Opened) -> None:
    leases = worker("a")
    leases.hold()
    leases.connection.execute("BEGIN")
    with pytest.raises(LeaseLostError, match="middle of a transaction"):
        leases.hold()
    assert leases.hold() == frozenset(range(PARTITIONS))


def test_a_server_that_does_not_answer_for_as_long_as_the_lease_costs_it(
    worker: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.postgres.leases.ANSWER_S_MIN", LEASE_S)
    leases = worker("a")
    leases.hold()
    with pytest.raises(psycopg.OperationalError, match="has not answered for 1 s"):
        leases.connection.execute("SELECT pg_sleep(60)")
    with pytest.raises(LeaseLostError):
        leases.hold()
    turn_until(lambda: len(leases.held) == PARTITIONS, leases)


def test_a_pipeline_that_gets_no_answer_ends_with_the_lease(
    worker: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.postgres.leases.ANSWER_S_MIN", LEASE_S)
    leases = worker("a")
    leases.hold()
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError), leases.connection.pipeline():
        leases.connection.execute("SELECT pg_sleep(60)").fetchone()
    assert leases.connection.closed
    assert time.monotonic() - began < PATIENCE_S


def test_a_server_that_is_away_is_a_lost_lease() -> None:
    leases = Leases("postgresql://127.0.0.1:9/nowhere", "test", PARTITIONS, LEASE_S, "a")
    with pytest.raises(LeaseLostError):
        leases.hold()


def test_the_holdings_can_be_read_by_anyone_who_looks_after_the_house(worker: Opened, database: str) -> None:
    worker("a").hold()
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT worker, partition FROM leases.holdings ORDER BY 2").fetchall()
    assert rows == [("a", partition) for partition in range(PARTITIONS)]
