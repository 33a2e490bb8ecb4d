"""A view is as stale as the staler of the two that look for it: its own worker, and the journal's."""

import asyncio
from collections.abc import Iterator

import pytest

from events.codec import EventMapper
from kit.postgres import connect_own, connect_own_async
from projections.positions import announce, move, prepare_view, staleness_of
from tests.log.harness import LogUnderTest
from tests.projections.witness import WITNESS, ask, count, make_worker, wait_until, working

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
        with connection.transaction():
            move(connection, (WITNESS,), 1, expected=0, ordinal=5)
            announce(connection, (WITNESS,), 1, 5)
    assert staleness(log) > 1e9
