"""A rebuilt view is compared with the one in use at equal positions, and takes its place in one step."""

from dataclasses import replace
from itertools import pairwise
from threading import Thread

import psycopg
import pytest

from events.codec import EventMapper
from events.log.recorder import LogRecorder
from projections.batch import Batch
from projections.folding import Folding
from projections.positions import prepare_view, read_positions
from projections.rebuild import (
    RebuildRunningError,
    Rebuilt,
    Verified,
    ViewIncompleteError,
    rebuild,
    verify_view,
)
from projections.rebuild.differences import contents
from projections.view import View
from tests.events.log.harness import LogUnderTest
from tests.projections.witness import (
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

POSITIONS = "SELECT ordinal FROM views.positions ORDER BY partition"


def rebuilt(
    log: LogUnderTest, mapper: EventMapper, *, view: View = WITNESS, swap_different: bool = False
) -> Rebuilt:
    return rebuild(
        log.url,
        view,
        journal=log.journal,
        opener=mapper,
        on_progress=lambda _done, _total: None,
        swap_different=swap_different,
    )


def fill(log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper, events: int) -> None:
    before = count(log.url)
    with working(make_worker(log.url, log.name, mapper)):
        for _ in range(events):
            recorder.append([team_formed()])
        wait_until(lambda: count(log.url) == before + events)


def verified(log: LogUnderTest, mapper: EventMapper) -> Verified:
    return verify_view(
        log.url,
        WITNESS,
        journal=log.journal,
        opener=mapper,
        on_progress=lambda _done, _total: None,
    )


def table_id(log: LogUnderTest) -> int:
    return int(ask(log.url, "SELECT %s::regclass::oid", SEEN.served)[0][0])


def test_an_equal_rebuild_takes_the_place_of_the_view_in_use(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    fill(log, recorder, mapper, 20)
    before = table_id(log)
    outcome = rebuilt(log, mapper)
    assert outcome == Rebuilt(events=20, rows_compared=20, differences=(), swapped=True)
    assert table_id(log) != before
    fill(log, recorder, mapper, 5)
    assert count(log.url) == 25


def test_a_difference_is_shown_and_swapped_in_only_if_that_was_wanted(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    fill(log, recorder, mapper, 20)
    partition = ask(log.url, f"SELECT partition FROM {SEEN.served} LIMIT 1")[0][0]
    with psycopg.connect(log.url, autocommit=True) as connection:
        connection.execute(f"UPDATE {SEEN.served} SET version = 9 WHERE partition = %s", (partition,))
    outcome = rebuilt(log, mapper)
    assert not outcome.swapped
    assert [each.partition for each in outcome.differences] == [partition]
    assert ask(log.url, f"SELECT max(version) FROM {SEEN.served}") == [(9,)]
    assert rebuilt(log, mapper, swap_different=True).swapped
    assert ask(log.url, f"SELECT max(version) FROM {SEEN.served}") == [(1,)]


def test_verifying_names_every_row_that_somebody_changed_and_changes_nothing(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    fill(log, recorder, mapper, 20)
    with psycopg.connect(log.url, autocommit=True) as connection:
        (changed,), (dropped,) = connection.execute(
            f"SELECT subject FROM {SEEN.served} ORDER BY subject LIMIT 2"
        ).fetchall()
        connection.execute(f"UPDATE {SEEN.served} SET version = 9 WHERE subject = %s", (changed,))
        connection.execute(f"DELETE FROM {SEEN.served} WHERE subject = %s", (dropped,))
    before = table_id(log)
    found = verified(log, mapper)
    named = [row for difference in found.differences for row in difference.rows]
    assert {(row.subject, row.kind) for row in named} == {(changed, "changed"), (dropped, "missing")}
    assert all(row.key for row in named)
    assert not found.swapped
    assert [(one,) for one in found.until] == ask(log.url, POSITIONS)
    assert table_id(log) == before
    assert count(log.url) == 19


def test_a_view_without_all_of_its_tables_is_not_verified_and_not_touched(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    with working(make_worker(log.url, log.name, mapper)):
        recorder.append([team_formed()])
        wait_until(lambda: count(log.url) == 1)
    before = ask(log.url, POSITIONS)
    with psycopg.connect(log.url, autocommit=True) as connection:
        connection.execute(f"DROP TABLE {SEEN.served}")
    with pytest.raises(ViewIncompleteError, match=WITNESS.name):
        verified(log, mapper)
    assert ask(log.url, POSITIONS) == before
    assert ask(log.url, f"SELECT to_regclass('{SEEN.served}')") == [(None,)]


def test_a_rebuild_during_a_busy_worker_loses_and_doubles_nothing(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    outcomes: list[Rebuilt] = []
    with working(make_worker(log.url, log.name, mapper)) as ended:
        recorder.append([team_formed()])
        wait_until(lambda: count(log.url) == 1)
        thread = Thread(target=lambda: outcomes.extend(rebuilt(log, mapper) for _ in range(5)))
        thread.start()
        appended = 1
        positions = [ask(log.url, POSITIONS)]
        while thread.is_alive():
            recorder.append([team_formed()])
            appended += 1
            positions.append(ask(log.url, POSITIONS))
        thread.join()
        wait_until(lambda: count(log.url) == appended)
        assert not ended
    assert [outcome.swapped for outcome in outcomes] == [True] * 5
    for earlier, later in pairwise(positions):
        assert all(before <= now for (before,), (now,) in zip(earlier, later, strict=True)), "it went back"
    with psycopg.connect(log.url, autocommit=True) as connection:
        ordinals = connection.execute("SELECT partition, ordinal FROM views.positions ORDER BY 1").fetchall()
        assert [(each.partition, each.rows) for each in contents(connection, WITNESS)] == ordinals


def waits_for_a_lock(log: LogUnderTest) -> bool:
    waiting = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'rebuild witness'"
        " AND datname = current_database() AND wait_event_type = 'Lock'"
    )
    return ask(log.url, waiting) == [(1,)]


def fold_what_is_new(connection: psycopg.Connection, log: LogUnderTest, mapper: EventMapper) -> None:
    folding = Folding(connection=connection, views=(WITNESS,))
    for at in read_positions(connection, WITNESS):
        events = log.journal.read_partition(connection, partition=at.partition, after=at.ordinal, limit=1_000)
        if events:
            folding.fold(Batch(events, mapper), after=at.ordinal)


def test_what_is_folded_after_the_comparison_and_before_the_swap_is_in_the_new_view(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    fill(log, recorder, mapper, 20)
    outcomes: list[Rebuilt] = []
    thread = Thread(target=lambda: outcomes.append(rebuilt(log, mapper)))
    with psycopg.connect(log.url) as worker:
        # Holding the positions stops the rebuild where it takes them itself: it has compared by then.
        worker.execute("SELECT FROM views.positions FOR UPDATE")
        thread.start()
        wait_until(lambda: waits_for_a_lock(log))
        for _ in range(5):
            recorder.append([team_formed()])
        journal = "SELECT sum(ordinal) FROM ipp_positions"
        wait_until(lambda: ask(log.url, journal) == [(25,)])
        fold_what_is_new(worker, log, mapper)
        worker.commit()
    thread.join()
    assert outcomes == [Rebuilt(events=25, rows_compared=20, differences=(), swapped=True)]
    assert count(log.url) == 25
    assert ask(log.url, "SELECT sum(ordinal) FROM views.positions") == [(25,)]


def test_a_rebuild_leaves_one_older_version_to_go_back_to(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    recorder.append([team_formed()])
    third = replace(WITNESS, version=3, tables=(replace(SEEN, name="witness_v3_seen"),), fold=lambda *_: None)
    second = replace(WITNESS, version=2, tables=(replace(SEEN, name="witness_v2_seen"),))
    with psycopg.connect(log.url, autocommit=True) as connection:
        for view in (WITNESS, second):
            prepare_view(connection, view, partitions=3, generation="g")
    assert rebuilt(log, mapper, view=third).swapped
    versions = "SELECT DISTINCT version FROM views.positions ORDER BY 1"
    assert ask(log.url, versions) == [(2,), (3,)]
    tables = "SELECT tablename FROM pg_tables WHERE tablename LIKE 'witness%%' ORDER BY 1"
    assert ask(log.url, tables) == [("witness_v2_seen",), ("witness_v3_seen",)]


def test_a_version_nobody_folded_yet_is_built_to_the_end_and_a_worker_goes_on_from_there(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    for _ in range(20):
        recorder.append([team_formed()])
    assert rebuilt(log, mapper) == Rebuilt(events=20, rows_compared=0, differences=(), swapped=True)
    assert ask(log.url, "SELECT sum(ordinal) FROM views.positions") == [(20,)]
    with working(make_worker(log.url, log.name, mapper)):
        recorder.append([team_formed()])
        wait_until(lambda: count(log.url) == 21)


def test_who_could_read_the_view_can_read_it_after_the_swap(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    fill(log, recorder, mapper, 1)
    reader = f"reader_{log.url[-12:]}"
    with psycopg.connect(log.url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {reader}")
        connection.execute(f"GRANT SELECT ON {SEEN.served} TO {reader}")
        try:
            assert rebuilt(log, mapper).swapped
            may = connection.execute("SELECT has_table_privilege(%s, %s, 'SELECT')", (reader, SEEN.served))
            assert may.fetchone() == (True,)
        finally:
            connection.execute(f"DROP OWNED BY {reader}")
            connection.execute(f"DROP ROLE {reader}")


def test_only_one_rebuild_runs_at_a_time(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    fill(log, recorder, mapper, 1)
    with psycopg.connect(log.url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (0x69707004,))
        with pytest.raises(RebuildRunningError):
            rebuilt(log, mapper)
