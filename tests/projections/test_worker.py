"""A view worker on a real log: everything accepted is folded once, in order, whatever happens to it."""

import traceback
import uuid
from collections.abc import Iterable
from functools import partial
from threading import Thread

import psycopg
import pytest

from events.codec import EventMapper, Recorded
from events.log.recorder import LogRecorder
from events.privacy.sealing import VaultUnreachableError
from kit.clock import SystemClock
from kit.health import Health
from projections.batch import Batch
from projections.folding import Folding
from projections.positions import FenceError, advance, prepare_view, read_positions
from projections.worker import FoldFailedError, OtherGenerationError, _folding
from tests.events.log.harness import LogUnderTest
from tests.projections.witness import (
    COUNT_WRITES,
    SEEN,
    WITNESS,
    ask,
    count,
    make_worker,
    team_formed,
    wait_until,
    working,
)

pytestmark = pytest.mark.postgres

ROWS = f"SELECT partition, subject, ordinal, stream, version FROM {SEEN.served} ORDER BY 1, 3"


def test_what_is_accepted_is_soon_folded_and_the_position_says_so(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    with working(make_worker(log.url, log.name, mapper)):
        accepted = [recorder.append([team_formed()]) for _ in range(20)]
        wait_until(lambda: count(log.url) == 20)
    positions = dict(ask(log.url, "SELECT partition, ordinal FROM views.positions"))
    for one in accepted:
        assert one.position.ordinal <= positions[one.position.partition]
    assert sum(positions.values()) == 20


def test_a_worker_goes_on_where_the_last_one_stopped(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    with psycopg.connect(log.url, autocommit=True) as connection:
        prepare_view(connection, WITNESS, partitions=3, generation=log_generation(log))
        connection.execute(COUNT_WRITES)
    for until in (10, 20, 30):
        with working(make_worker(log.url, log.name, mapper)):
            for _ in range(10):
                recorder.append([team_formed()])
            wait_until(partial(holds, log, until))
    assert ask(log.url, "SELECT count(*), count(DISTINCT (partition, ordinal)) FROM writes") == [(30, 30)]


def test_dropping_every_derived_table_and_starting_again_gives_equal_rows(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    with working(make_worker(log.url, log.name, mapper)):
        for _ in range(5):
            team = uuid.uuid4().hex
            recorder.append([team_formed(team, version=1), team_formed(team, version=2)])
        wait_until(lambda: count(log.url) == 10)
    before = ask(log.url, ROWS)
    with psycopg.connect(log.url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA views CASCADE")
    with working(make_worker(log.url, log.name, mapper)):
        wait_until(lambda: count(log.url) == 10)
    assert ask(log.url, ROWS) == before


def test_two_workers_share_the_partitions_and_fold_each_event_once(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    with psycopg.connect(log.url, autocommit=True) as connection:
        prepare_view(connection, WITNESS, partitions=3, generation=log_generation(log))
        connection.execute(COUNT_WRITES)
    with working(make_worker(log.url, log.name, mapper)), working(make_worker(log.url, log.name, mapper)):
        holders = "SELECT count(DISTINCT worker) FROM leases.holdings WHERE group_name = 'views'"
        for _ in range(30):
            recorder.append([team_formed()])
        wait_until(lambda: ask(log.url, holders) == [(2,)])
        for _ in range(30):
            recorder.append([team_formed()])
        wait_until(lambda: count(log.url) == 60)
    assert ask(log.url, "SELECT count(*), count(DISTINCT (partition, ordinal)) FROM writes") == [(60, 60)]


def test_a_worker_whose_backend_is_ended_starts_again_and_doubles_nothing(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    with psycopg.connect(log.url, autocommit=True) as connection:
        prepare_view(connection, WITNESS, partitions=3, generation=log_generation(log))
        connection.execute(COUNT_WRITES)
    with working(make_worker(log.url, log.name, mapper)) as ended:
        for turn in range(1, 6):
            for _ in range(10):
                recorder.append([team_formed()])
            ask(log.url, "SELECT pg_terminate_backend(pid) FROM leases.workers WHERE group_name = 'views'")
            wait_until(partial(holds, log, turn * 10))
        assert not ended
    assert ask(log.url, "SELECT count(*), count(DISTINCT (partition, ordinal)) FROM writes") == [(50, 50)]


def test_the_fence_stops_who_expects_another_position(log: LogUnderTest) -> None:
    with psycopg.connect(log.url, autocommit=True) as connection:
        prepare_view(connection, WITNESS, partitions=3, generation="g")
        advance(connection, (WITNESS,), 0, expected=0, ordinal=5)
        with pytest.raises(FenceError):
            advance(connection, (WITNESS,), 0, expected=0, ordinal=3)


def fold_all(log: LogUnderTest, mapper: EventMapper, fences: list[FenceError]) -> None:
    """Fold partition 0 like a worker that believes to hold it, to the end."""
    with psycopg.connect(log.url, autocommit=True) as connection:
        folding = Folding(connection=connection, views=(WITNESS,))
        after = 0
        while events := log.journal.read_partition(connection, partition=0, after=after, limit=3):
            try:
                after = folding.fold(Batch(events, mapper), after=after)
            except FenceError as error:
                fences.append(error)
                after = read_positions(connection, WITNESS)[0].ordinal


def test_two_that_both_believe_they_hold_a_partition_fold_each_event_once(
    database: str, mapper: EventMapper
) -> None:
    log = LogUnderTest(url=database, name="ipp", partitions=1)
    log.create()
    with log.folding():
        recorder = log.recorder()
        for _ in range(300):
            recorder.append([team_formed()])
        with psycopg.connect(database, autocommit=True) as connection:
            prepare_view(connection, WITNESS, partitions=1, generation=log_generation(log))
            connection.execute(COUNT_WRITES)
        fences: list[FenceError] = []
        both = [Thread(target=fold_all, args=(log, mapper, fences)) for _ in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
    log.drop()
    assert fences, "they never met, so this showed nothing"
    assert ask(database, "SELECT count(*), count(DISTINCT ordinal) FROM writes") == [(300, 300)]


def before_each_row(log: LogUnderTest, statements: str) -> None:
    """Let PostgreSQL do this before it writes a row of the view, whose table is made here."""
    with psycopg.connect(log.url, autocommit=True) as connection:
        prepare_view(connection, WITNESS, partitions=3, generation=log_generation(log))
        connection.execute(
            f"CREATE FUNCTION before_row() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {statements} END$$"
        )
        connection.execute(
            f"CREATE TRIGGER before_row BEFORE INSERT ON {SEEN.served}"
            " FOR EACH ROW EXECUTE FUNCTION before_row()"
        )


def test_a_batch_that_takes_longer_than_the_lease_is_tried_again_in_smaller_ones(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.postgres.leases.ANSWER_S_MIN", 0.5)
    before_each_row(log, "PERFORM pg_sleep(0.1); RETURN NEW;")
    team = uuid.uuid4().hex
    recorder.append([team_formed(team, version=version) for version in range(1, 21)])
    with working(make_worker(log.url, log.name, mapper, lease_s=0.5)) as ended:
        wait_until(lambda: count(log.url) == 20)
    assert not ended


def test_what_ends_a_worker_names_the_kind_of_an_error_and_quotes_no_row(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    before_each_row(log, "RAISE 'Joris is ill' USING ERRCODE = '42501';")
    recorder.append([team_formed()])
    with working(make_worker(log.url, log.name, mapper)) as ended:
        wait_until(lambda: bool(ended))
    assert isinstance(ended[0], FoldFailedError)
    assert "InsufficientPrivilege, SQLSTATE 42501" in str(ended[0])
    assert "Joris" not in "".join(traceback.format_exception(ended[0]))


def test_a_worker_says_how_many_partitions_it_folds_in_words_that_fit(
    log: LogUnderTest, mapper: EventMapper
) -> None:
    health = Health(SystemClock())
    with working(make_worker(log.url, log.name, mapper, health=health)):
        wait_until(lambda: "folding 3 partitions" in str(health.as_json()))
    assert [_folding(held) for held in (0, 1, 2)] == [
        "folding 0 partitions",
        "folding 1 partition",
        "folding 2 partitions",
    ]


class VaultAway:
    """The real mapper, with a key vault that is out of reach for a while."""

    def __init__(self, mapper: EventMapper) -> None:
        self.mapper = mapper
        self.away = True

    def fetch_keys(self, streams: Iterable[str]) -> None:
        if self.away:
            raise VaultUnreachableError("out of reach")
        self.mapper.fetch_keys(streams)

    def recorded(self, stream: str, version: int, topic: str, state: bytes) -> Recorded:
        if self.away:
            raise VaultUnreachableError("out of reach")
        return self.mapper.recorded(stream, version, topic, state)


def test_a_key_vault_out_of_reach_stops_the_fold_and_parks_nobody(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    health, opener = Health(SystemClock()), VaultAway(mapper)
    with working(make_worker(log.url, log.name, opener, health=health)) as ended:
        recorder.append([team_formed()])
        wait_until(lambda: "vault" in str(health.as_json()))
        assert health.as_json()["state"] == "degraded"
        assert count(log.url) == 0
        opener.away = False
        wait_until(lambda: count(log.url) == 1)
        wait_until(lambda: health.as_json()["state"] == "ok")
        assert not ended
    assert count(log.url, "views.parked") == 0


def test_views_of_another_generation_of_the_log_are_refused(log: LogUnderTest, mapper: EventMapper) -> None:
    with psycopg.connect(log.url, autocommit=True) as connection:
        prepare_view(connection, WITNESS, partitions=3, generation="of another log")
    with working(make_worker(log.url, log.name, mapper)) as ended:
        wait_until(lambda: bool(ended))
    assert isinstance(ended[0], OtherGenerationError)


def test_a_worker_started_before_the_journal_waits_for_it(database: str, mapper: EventMapper) -> None:
    log = LogUnderTest(url=database, name="ipp", partitions=3)
    health = Health(SystemClock())
    with working(make_worker(database, log.name, mapper, health=health)) as ended:
        wait_until(lambda: "journal" in str(health.as_json()))
        log.create()
        with log.folding():
            log.recorder().append([team_formed()])
            wait_until(lambda: count(database) == 1)
            assert not ended
    log.drop()


def test_a_database_that_is_away_at_the_start_degrades_the_worker_and_does_not_end_it(
    mapper: EventMapper,
) -> None:
    health = Health(SystemClock())
    worker = make_worker("postgresql://127.0.0.1:9/nowhere", "ipp", mapper, health=health)
    with working(worker) as ended:
        wait_until(lambda: health.as_json()["state"] == "degraded")
        assert not ended


def test_the_worker_says_it_looked_although_nothing_happens(log: LogUnderTest, mapper: EventMapper) -> None:
    with working(make_worker(log.url, log.name, mapper)):
        wait_until(lambda: count(log.url, "views.positions") == 3)
        first = ask(log.url, "SELECT min(seen_at) FROM views.positions")[0][0]
        wait_until(lambda: ask(log.url, "SELECT min(seen_at) FROM views.positions")[0][0] > first)


def holds(log: LogUnderTest, rows: int) -> bool:
    return count(log.url) == rows


def log_generation(log: LogUnderTest) -> str:
    wait_until(lambda: count(log.url, f"{log.name}_log") == 1)
    return str(ask(log.url, f"SELECT encode(generation, 'hex') FROM {log.name}_log")[0][0])
