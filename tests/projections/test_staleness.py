"""A view is as stale as the staler of the two that look for it: its own worker, and the journal's."""

import asyncio
from collections.abc import Iterator
from datetime import datetime

import psycopg
import pytest

from events.codec import EventMapper
from events.streams import partition_of
from kit.ids import new_id
from kit.lifecycle import Stop
from kit.postgres.connections import connect_own, connect_own_async
from projections.positions import advance, prepare_view, staleness_of
from projections.worker import ViewWorker
from tests.events.log.harness import LogUnderTest
from tests.projections.witness import WITNESS, ask, count, make_worker, team_formed, wait_until, working

pytestmark = pytest.mark.postgres


@pytest.fixture
def log(database: str) -> Iterator[LogUnderTest]:
    """A log whose journal nobody keeps unless the test says so."""
    log = LogUnderTest(url=database, name="ipp", partitions=3)
    log.create()
    yield log
    log.drop()


def staleness(log: LogUnderTest) -> float:
    async def read() -> float:
        async with await connect_own_async(log.url, application_name="test") as connection:
            return await staleness_of(connection, [WITNESS])

    return asyncio.run(read())


def test_it_is_fresh_while_both_look_and_grows_stale_when_the_journal_s_worker_is_gone(
    log: LogUnderTest, mapper: EventMapper
) -> None:
    with working(make_worker(log.url, log.name, mapper)):
        with log.folding():
            wait_until(lambda: count(log.url, "views.positions") == 3)
            wait_until(lambda: staleness(log) < 5)
        gone = staleness(log)
        wait_until(lambda: staleness(log) > gone + 2)
        assert sees_journal_gone(log)


def sees_journal_gone(log: LogUnderTest) -> bool:
    """Whether the view's own worker still looks, and yet nothing counts as seen."""
    beats = (
        "SELECT count(*) FROM leases.workers WHERE group_name ^@ 'views' AND seen_at > now() - interval '5 s'"
    )
    return bool(ask(log.url, beats)[0][0] == 1)


def test_a_view_that_no_worker_has_met_is_stale_without_end(log: LogUnderTest) -> None:
    with connect_own(log.url, application_name="test") as connection:
        prepare_view(connection, WITNESS, partitions=3, generation="f" * 32)
    assert staleness(log) > 1e9


def test_moving_a_view_does_not_make_it_fresh(log: LogUnderTest) -> None:
    with connect_own(log.url, application_name="test") as connection:
        prepare_view(connection, WITNESS, partitions=3, generation="f" * 32)
        advance(connection, (WITNESS,), 1, expected=0, ordinal=5)
    assert staleness(log) > 1e9


def test_what_came_while_other_partitions_were_folded_does_not_count_as_seen(
    log: LogUnderTest, mapper: EventMapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A turn may be long: of what came to a partition since it was read in it, the view knows nothing yet."""
    worker, recorder, came = make_worker(log.url, log.name, mapper), log.recorder(), list[datetime]()
    stop = Stop()
    fold = ViewWorker._fold_partition

    def team_in(partition: int) -> str:
        return next(t for t in (new_id() for _ in range(999)) if partition_of(t, log.partitions) == partition)

    def fold_slowly(self: ViewWorker, connection: psycopg.Connection, partition: int) -> bool:
        found = fold(self, connection, partition)
        if partition == log.partitions - 1 and not came:
            recorder.append([team_formed(team_in(0))])
            came.append(ask(log.url, "SELECT clock_timestamp()")[0][0])
            looked = "SELECT min(seen_at) FROM leases.holdings WHERE group_name ^@ 'journal'"
            wait_until(lambda: ask(log.url, looked)[0][0] > came[0])
            stop.set()
        return found

    with log.folding():
        recorder.append([team_formed(team_in(1))])
        monkeypatch.setattr(ViewWorker, "_fold_partition", fold_slowly)
        worker.run(stop)
    ((ordinal, seen_at),) = ask(log.url, "SELECT ordinal, seen_at FROM views.positions WHERE partition = 0")
    assert ordinal == 0
    assert seen_at < came[0]
