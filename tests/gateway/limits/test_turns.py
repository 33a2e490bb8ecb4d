"""One caller's reads wait for each other, not everybody for one caller's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.limits.lending import in_turn
from gateway.limits.spending import Spending, opened
from gateway.limits.turns import READS_AT_ONCE_MAX, Turns

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
