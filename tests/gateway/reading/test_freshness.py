"""Waiting for a view: notifications wake it, the view's positions decide, a lost notification delays it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from gateway.errors import ErrorCode, GatewayError
from gateway.reading import freshness as module
from gateway.reading.freshness import Freshness
from gateway.reading.heard_positions import HeardPositions
from kit.postgres.connections import connect_own, connect_own_async
from projections.positions import CHANNEL, advance, prepare_view
from projections.views import profile, timeline
from rules.commands import LogPosition

pytestmark = pytest.mark.postgres
GENERATION = "f" * 32
VIEW = profile.VIEW


@pytest.fixture
def view_database(database: str) -> str:
    with connect_own(database, application_name="test") as connection:
        prepare_view(connection, VIEW, partitions=3, generation=GENERATION)
    return database


def place(ordinal: int, generation: str = GENERATION) -> LogPosition:
    return LogPosition(generation=generation, partition=1, ordinal=ordinal)


def moved(url: str, expected: int, ordinal: int, *, notified: bool = True) -> None:
    with connect_own(url, application_name="test") as connection, connection.transaction():
        if notified:
            advance(connection, (VIEW,), 1, expected=expected, ordinal=ordinal)
        else:
            connection.execute("UPDATE views.positions SET ordinal = %s WHERE partition = 1", (ordinal,))


def fold_anew(url: str) -> None:
    """Lose a table of the view, and start its worker again."""
    with connect_own(url, application_name="test") as connection:
        connection.execute(f"DROP TABLE {VIEW.tables[0].served}")
        prepare_view(connection, VIEW, partitions=3, generation=GENERATION)


async def until(fresh: Freshness, *, listening: bool) -> None:
    while fresh.listening is not listening:  # noqa: ASYNC110 - the code under test shows it by this alone
        await asyncio.sleep(0.01)


class Connections:
    """Opens connections to one database, and counts them."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.opened = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[object]:
        self.opened += 1
        async with await connect_own_async(self._url, application_name="gateway-listen") as connection:
            yield connection


def with_freshness(
    url: str,
    work: Callable[[Freshness], Awaitable[None]],
    *,
    one_server: bool = False,
    reading: Connections | None = None,
) -> None:
    listens = Connections(url)

    async def run() -> None:
        fresh = Freshness(
            connect=(reading or Connections(url)).open, listen=listens.open, one_server=one_server
        )
        listening = asyncio.create_task(fresh.run())
        try:
            async with asyncio.timeout(20):
                await until(fresh, listening=True)
                await work(fresh)
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening

    asyncio.run(run())


def test_a_waiting_request_is_woken_when_the_view_has_passed_and_not_before(
    view_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "POLL_S", 60.0)  # so that only a notification can have woken it

    async def work(fresh: Freshness) -> None:
        waiting = asyncio.create_task(fresh.wait([VIEW], [place(7)], within_s=15))
        await asyncio.to_thread(moved, view_database, 0, 6)
        await asyncio.sleep(0.3)
        assert not waiting.done()
        await asyncio.to_thread(moved, view_database, 6, 8)
        await asyncio.wait_for(waiting, 5)

    with_freshness(view_database, work)


def test_a_lost_notification_costs_a_second_and_no_more(view_database: str) -> None:
    async def work(fresh: Freshness) -> None:
        waiting = asyncio.create_task(fresh.wait([VIEW], [place(2)], within_s=15))
        await asyncio.to_thread(moved, view_database, 0, 2, notified=False)
        await asyncio.wait_for(waiting, 5)

    with_freshness(view_database, work)


def confirmed(url: str, seconds_ago: float, *, partitions: str) -> None:
    with connect_own(url, application_name="test") as connection:
        connection.execute(
            "UPDATE views.positions SET seen_at = clock_timestamp() - make_interval(secs => %s)"
            f" WHERE partition IN ({partitions})",
            (seconds_ago,),
        )


def test_a_view_too_stale_in_one_partition_must_not_be_shown(view_database: str) -> None:
    async def work(fresh: Freshness) -> None:
        await asyncio.to_thread(confirmed, view_database, 0, partitions="0, 1, 2")
        await fresh.check_fresh([VIEW], at_most_s=30)
        await asyncio.to_thread(confirmed, view_database, 60, partitions="1")
        with pytest.raises(GatewayError) as stale:
            await fresh.check_fresh([VIEW], at_most_s=30)
        assert stale.value.code is ErrorCode.UNAVAILABLE

    with_freshness(view_database, work)


def test_a_view_that_was_never_confirmed_is_too_stale(view_database: str) -> None:
    async def work(fresh: Freshness) -> None:
        with pytest.raises(GatewayError) as stale:
            await fresh.check_fresh([VIEW], at_most_s=30)
        assert stale.value.code is ErrorCode.UNAVAILABLE

    with_freshness(view_database, work)


def test_a_position_that_is_not_reached_in_time_is_not_yet(view_database: str) -> None:
    async def work(fresh: Freshness) -> None:
        begun = time.monotonic()
        with pytest.raises(GatewayError) as late:
            await fresh.wait([VIEW], [place(99)], within_s=0.2)
        assert late.value.code is ErrorCode.NOT_YET
        assert time.monotonic() - begun < 5

    with_freshness(view_database, work)


def test_a_position_of_another_log_is_gone(view_database: str) -> None:
    async def work(fresh: Freshness) -> None:
        with pytest.raises(GatewayError) as gone:
            await fresh.wait([VIEW], [place(1, generation="0" * 32)], within_s=5)
        assert gone.value.code is ErrorCode.POSITION_GONE

    with_freshness(view_database, work)


def test_listening_comes_back_after_its_connection_was_ended(view_database: str) -> None:
    def end_listener() -> None:
        with connect_own(view_database, application_name="test") as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            )

    async def work(fresh: Freshness) -> None:
        await asyncio.to_thread(end_listener)
        await until(fresh, listening=False)
        await until(fresh, listening=True)
        waiting = asyncio.create_task(fresh.wait([VIEW], [place(1)], within_s=15))
        await asyncio.to_thread(moved, view_database, 0, 1)
        await asyncio.wait_for(waiting, 5)

    with_freshness(view_database, work)


@pytest.mark.parametrize("one_server", [True, False])
def test_a_position_that_was_heard_is_not_read_where_all_is_one_server(
    view_database: str, *, one_server: bool
) -> None:
    reading = Connections(view_database)

    async def work(fresh: Freshness) -> None:
        await asyncio.to_thread(moved, view_database, 0, 1)
        await fresh.wait([VIEW], [place(1)], within_s=15)  # read, or heard already
        before = reading.opened
        waiting = asyncio.create_task(fresh.wait([VIEW], [place(3)], within_s=15))
        await asyncio.to_thread(moved, view_database, 1, 2)
        await asyncio.to_thread(moved, view_database, 2, 3)
        await waiting
        await fresh.wait([VIEW], [place(2)], within_s=15)
        assert (reading.opened == before) is one_server

    with_freshness(view_database, work, one_server=one_server, reading=reading)


def test_what_was_heard_of_another_log_or_version_says_nothing_and_is_read(view_database: str) -> None:
    async def work(fresh: Freshness) -> None:
        await asyncio.to_thread(moved, view_database, 0, 9)
        await fresh.wait([VIEW], [place(9)], within_s=15)
        with pytest.raises(GatewayError) as gone:
            await fresh.wait([VIEW], [place(1, generation="0" * 32)], within_s=5)
        assert gone.value.code is ErrorCode.POSITION_GONE
        newer = replace(VIEW, version=VIEW.version + 1)
        with pytest.raises(GatewayError) as late:
            await fresh.wait([newer], [place(1)], within_s=0.1)
        assert late.value.code is ErrorCode.NOT_YET

    with_freshness(view_database, work, one_server=True)


def test_a_view_that_is_folded_anew_is_heard_to_be_further_back(view_database: str) -> None:
    async def work(fresh: Freshness) -> None:
        await asyncio.to_thread(moved, view_database, 0, 9)
        await fresh.wait([VIEW], [place(9)], within_s=15)
        with fresh.signal((VIEW.name, 1)) as signal:
            await asyncio.to_thread(fold_anew, view_database)
            assert await signal.wait(within_s=5)
        with pytest.raises(GatewayError) as late:
            await fresh.wait([VIEW], [place(9)], within_s=0.1)
        assert late.value.code is ErrorCode.NOT_YET

    with_freshness(view_database, work, one_server=True)


def test_after_a_notification_that_is_written_differently_positions_are_read(view_database: str) -> None:
    """Another version of the program may fold while this one serves."""
    reading = Connections(view_database)

    def move_and_say(payload: str) -> None:
        moved(view_database, 2, 5, notified=False)
        with connect_own(view_database, application_name="test") as connection:
            connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))

    async def work(fresh: Freshness) -> None:
        await asyncio.to_thread(moved, view_database, 0, 2)
        await fresh.wait([VIEW], [place(2)], within_s=15)
        before = reading.opened
        waiting = asyncio.create_task(fresh.wait([VIEW], [place(5)], within_s=15))
        await asyncio.to_thread(move_and_say, f"{VIEW.name} 1 5")
        await waiting
        assert reading.opened > before

    with_freshness(view_database, work, one_server=True, reading=reading)


def test_nothing_heard_outlives_its_connection() -> None:
    heard = HeardPositions()
    heard.hear(f"{VIEW.name} 1 5 {VIEW.version} {GENERATION}")
    assert heard.have_passed([VIEW], [place(5)]) is True
    assert heard.have_passed([VIEW], [place(6)]) is False
    heard.forget()
    assert heard.have_passed([VIEW], [place(5)]) is None


def test_what_was_read_before_is_good_enough_only_if_the_view_had_passed_already_then(
    view_database: str,
) -> None:
    async def work(fresh: Freshness) -> None:
        before = fresh.heard
        await asyncio.to_thread(moved, view_database, 0, 5)
        await fresh.wait([VIEW], [place(5)], within_s=15)
        assert not fresh.had_passed([VIEW], [place(5)], before), "it moved after that"
        since = fresh.heard
        assert fresh.had_passed([VIEW], [place(5)], since)
        assert not fresh.had_passed([VIEW], [place(6)], since)
        assert not fresh.had_passed([VIEW], [place(5, "e" * 32)], since), "of another log"
        assert not fresh.had_passed([VIEW, timeline.VIEW], [place(5)], since), "never heard of one of them"

    with_freshness(view_database, work, one_server=True)


def test_where_a_replica_may_be_behind_nothing_is_known_to_have_been_passed(view_database: str) -> None:
    async def work(fresh: Freshness) -> None:
        await asyncio.to_thread(moved, view_database, 0, 5)
        await fresh.wait([VIEW], [place(5)], within_s=15)
        assert not fresh.had_passed([VIEW], [place(5)], fresh.heard)

    with_freshness(view_database, work)
