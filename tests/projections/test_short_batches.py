"""A short batch, as one command makes it: read once, and written in few trips, whatever becomes of a row."""

import uuid
from dataclasses import replace

import psycopg
import pytest

from events.codec import EventMapper
from events.log.recorder import LogRecorder
from projections import changes as changes_module
from projections import worker as module
from projections.batch import Batch
from projections.changes import Changes
from projections.folding import Folding
from projections.parking import read_parked
from projections.positions import prepare_view
from projections.view import Fact
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
    write_down,
)

pytestmark = pytest.mark.postgres


def fold_all(log: LogUnderTest, folding: Folding, mapper: EventMapper) -> None:
    for partition in range(log.partitions):
        events = log.journal.read_partition(folding.connection, partition=partition, after=0, limit=9)
        if events:
            folding.fold(Batch(events, mapper), after=0)


def test_who_waits_is_notified_of_every_move(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    with psycopg.connect(log.url, autocommit=True) as listener:
        listener.execute("LISTEN views")
        with working(make_worker(log.url, log.name, mapper)):
            position = recorder.append([team_formed()]).position
            # First those of the new view, in all partitions.
            notified = [notice.payload for notice in listener.notifies(timeout=20, stop_after=4)]
    generation = position.generation
    assert sorted(notified[:3]) == [f"witness {partition} 0 1 {generation}" for partition in range(3)]
    assert notified[3:] == [f"witness {position.partition} {position.ordinal} 1 {generation}"]


def test_where_events_may_gather_the_next_batch_waits_and_a_stop_ends_that(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    recorder.append([team_formed()])
    with working(make_worker(log.url, log.name, mapper, gather_s=3600)):
        wait_until(lambda: count(log.url) == 1)
        recorder.append([team_formed()])
    assert count(log.url) == 1
    with working(make_worker(log.url, log.name, mapper)):
        wait_until(lambda: count(log.url) == 2)


def test_after_a_batch_that_was_not_full_a_worker_waits_and_does_not_read_again(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(module, "wait_for_notification", lambda _, *, timeout_s: waited.append(timeout_s))
    worker = make_worker(log.url, log.name, mapper, lease_s=60)  # also a busy machine loses none
    worker._size.events = 2
    team = uuid.uuid4().hex
    recorder.append([team_formed(team, version=version) for version in range(1, 8)])
    try:
        while count(log.url) < 7:
            worker._turn()
    finally:
        worker._forget()
    since_held = waited[waited.index(0) :]
    assert since_held == [0, 0, module.IDLE_WAIT_S], "two batches were full, of two and of four; one of one"


def test_a_row_that_postgresql_refuses_parks_its_subject_and_the_others_are_written(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    teams = [f"{number:032x}" for number in (3, 1, 4)]
    for team in teams:
        recorder.append([team_formed(team)])

    def one_refused(fact: Fact, changes: Changes) -> None:
        write_down(fact, changes)
        if fact.subject == teams[1]:
            changes.put(SEEN, ordinal=fact.ordinal, stream="a zero byte \0", version=1)

    view = replace(WITNESS, fold=one_refused)
    with psycopg.connect(log.url, autocommit=True) as connection:
        prepare_view(connection, view, partitions=3, generation="g")
        fold_all(log, Folding(connection=connection, views=(view,)), mapper)
        assert [row.subject for row in read_parked(connection, view)] == [teams[1]]
    assert ask(log.url, f"SELECT subject FROM {SEEN.served} ORDER BY 1") == [(teams[0],), (teams[2],)]


def test_one_event_that_writes_many_rows_is_written_without_copy(
    log: LogUnderTest, recorder: LogRecorder, mapper: EventMapper
) -> None:
    """A pipeline allows no COPY."""
    recorder.append([team_formed("5" * 32)])
    rows = changes_module.COPY_ROWS_MIN + 1

    def many(fact: Fact, changes: Changes) -> None:
        for number in range(rows):
            changes.put(SEEN, ordinal=number, stream=fact.recorded.stream, version=1)

    view = replace(WITNESS, fold=many)
    with psycopg.connect(log.url, autocommit=True) as connection:
        prepare_view(connection, view, partitions=3, generation="g")
        fold_all(log, Folding(connection=connection, views=(view,)), mapper)
    assert count(log.url) == rows
