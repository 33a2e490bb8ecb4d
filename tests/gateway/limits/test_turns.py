"""One caller's operations wait for each other, not everybody for one caller's."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Protocol
from unittest.mock import patch

import pytest

from gateway.limits.lending import in_turn
from gateway.limits.spending import Spending, opened
from gateway.limits.turns import READS_AT_ONCE_MAX, REST, REST_FREE_S, RESTS_LOOKED_AT_S, Turns
from tests.gateway.harness import OWNER, Harness

POOL = 2 * READS_AT_ONCE_MAX


class Pool:
    """Lends in the order in which it was asked, as psycopg's."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(POOL)
        self.order: list[str] = []

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[None]:
        async with self._free:
            yield


async def read(pool: Pool, turns: Turns, caller: str | None) -> None:
    spending = Spending(cost_max=1, answer_bytes_max=1, turns=turns.of(caller) if caller else None)
    with opened(spending):
        async with in_turn(pool.connection)():
            pool.order.append(str(caller))
            await asyncio.sleep(0.001)


def test_a_read_of_another_is_not_behind_all_those_of_one_caller() -> None:
    async def run() -> list[str]:
        pool, turns = Pool(), Turns()
        many = [asyncio.create_task(read(pool, turns, "one")) for _ in range(100)]
        await asyncio.sleep(0)
        await read(pool, turns, "another")
        await read(pool, turns, None)
        await asyncio.gather(*many)
        return pool.order

    order = asyncio.run(run())
    assert len(order) == 102
    assert order.index("another") <= READS_AT_ONCE_MAX
    assert order.index("None") <= 4 * READS_AT_ONCE_MAX


def test_a_queue_is_forgotten_when_nobody_holds_it() -> None:
    async def run() -> None:
        pool, turns = Pool(), Turns()
        await asyncio.gather(*(read(pool, turns, f"caller {number}") for number in range(50)))
        assert len(turns._of) == 0

    asyncio.run(run())


def test_a_read_that_fails_gives_its_turn_back() -> None:
    async def run() -> None:
        pool, turns = Pool(), Turns()
        queue = turns.of("one").reads
        for _ in range(2 * READS_AT_ONCE_MAX):
            task = asyncio.create_task(read(pool, turns, "one"))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait({task})
        assert not queue.locked()

    asyncio.run(run())


class Advance(Protocol):
    """Moves the time, and the processor's too unless the machine stands still."""

    def __call__(self, seconds: float, *, stands_still: bool = False) -> None: ...


def with_own_time(run: Callable[[Advance], Coroutine[Any, Any, None]]) -> None:
    """Run something in a loop whose time moves only when it says so."""

    async def within() -> None:
        loop, now_s, busy_s = asyncio.get_running_loop(), [1_000.0], [0.0]
        loop.time = lambda: now_s[0]  # type: ignore[method-assign]

        def advance(seconds: float, *, stands_still: bool = False) -> None:
            now_s[0] += seconds
            busy_s[0] += 0 if stands_still else seconds

        with patch("gateway.limits.turns.thread_time", lambda: busy_s[0]):
            await run(advance)

    asyncio.run(within())


async def all_that_can_run() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_a_caller_s_next_operation_waits_a_multiple_of_the_time_that_the_last_one_took() -> None:
    async def run(advance: Advance) -> None:
        turns = Turns()
        with turns.of("one").working():
            advance(0.5)
        waiting = [asyncio.create_task(turns.of("one").begin()) for _ in range(2)]
        another = asyncio.create_task(turns.of("another").begin())
        await all_that_can_run()
        advance(REST * 0.5 - REST_FREE_S - 0.01)
        await all_that_can_run()
        assert another.done()
        assert not any(task.done() for task in waiting)
        advance(0.02)
        await asyncio.gather(*waiting)

    with_own_time(run)


def test_what_takes_little_waits_for_nothing() -> None:
    async def run(advance: Advance) -> None:
        mine = Turns().of("one")
        for _ in range(10):
            with mine.working():
                advance(0.9 * REST_FREE_S / REST / 10)
            await mine.begin()

    with_own_time(run)


def test_a_machine_that_stands_still_takes_nobody_s_time() -> None:
    async def run(advance: Advance) -> None:
        mine = Turns().of("one")
        with mine.working():
            advance(60.0, stands_still=True)
        await mine.begin()

    with_own_time(run)


def test_a_rest_is_remembered_also_when_no_operation_is_in_progress_and_forgotten_after_it() -> None:
    async def run(advance: Advance) -> None:
        turns = Turns()
        for _ in range(2):
            with turns.of("one").working():
                advance(0.5)
        gc.collect()
        waiting = asyncio.create_task(turns.of("one").begin())
        await all_that_can_run()
        assert not waiting.done()
        for _ in range(5):
            advance(1.0)
            await all_that_can_run()
        await waiting
        del waiting
        gc.collect()
        assert len(turns._of) == 0

    with_own_time(run)


def test_all_rests_need_one_timer() -> None:
    async def run(advance: Advance) -> None:
        turns, loop = Turns(), asyncio.get_running_loop()
        with patch.object(loop, "call_at", wraps=loop.call_at) as timers:
            for number in range(20):
                with turns.of(f"caller {number % 5}").working():
                    advance(0.01)
            assert timers.call_count == 1
            advance(RESTS_LOOKED_AT_S)
            await all_that_can_run()
            assert timers.call_count == 1
        gc.collect()
        assert len(turns._of) == 0

    with_own_time(run)


@pytest.mark.parametrize("document", ["{ viewer { roles } }", "{ nothing }"])
def test_reading_a_document_and_making_an_answer_count_for_the_rest(harness: Harness, document: str) -> None:
    async def run() -> list[float]:
        mine = harness.endpoint._turns.of(f"person {OWNER}")
        rests = [mine._rest_until_s]
        for _ in range(3):
            await harness.ask(document)
            rests.append(mine._rest_until_s)
        return rests

    rests = asyncio.run(run())
    assert rests == sorted(set(rests))
