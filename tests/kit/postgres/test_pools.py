"""A pool of connections loses none of them, however its borrowers end; and these do end."""

import asyncio
import random

import pytest

from kit.postgres.connections import open_async_pool

pytestmark = pytest.mark.postgres
BORROWERS = 10
CANCELLED = 3_000
WAIT_S_MAX = 90.0


def test_borrowers_who_are_cancelled_at_any_moment_leave_the_pool_as_it_was(database: str) -> None:
    """As clients do that are killed: while they wait for a connection, have it, or give it back."""
    chance = random.Random(7)  # noqa: S311 - moments, no secrets

    async def steps() -> object:
        pool = await open_async_pool(database, max_size=1, name="cancelled")

        async def borrow() -> None:
            while True:
                async with pool.connection():
                    await asyncio.sleep(0)

        ended = []
        borrowers = [asyncio.create_task(borrow()) for _ in range(BORROWERS)]
        for _ in range(CANCELLED):
            for _ in range(chance.randrange(4)):
                await asyncio.sleep(0)
            for place in chance.sample(range(BORROWERS), k=chance.randrange(BORROWERS)):
                borrowers[place].cancel()
                ended.append(borrowers[place])
                borrowers[place] = asyncio.create_task(borrow())
        for borrower in borrowers:
            borrower.cancel()
        await asyncio.gather(*ended, *borrowers, return_exceptions=True)
        async with pool.connection() as connection:
            found = await (await connection.execute("SELECT 1")).fetchone()
        await pool.close()
        return found

    assert asyncio.run(asyncio.wait_for(steps(), WAIT_S_MAX)) == (1,)
