"""Who asks learns when PostgreSQL has done with a read, once, however it ends and also after they left."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest

from gateway.limits.lending import asked_in_turn
from gateway.limits.spending import Spending, opened
from gateway.limits.turns import READS_AT_ONCE_MAX, Turns
from kit.postgres import channels
from kit.postgres.channels import Channels, ReadsRefusedError, open_channels
from kit.postgres.statements import Read, Select

pytestmark = pytest.mark.postgres

NUMBER: Select[int] = Select("SELECT to_json(100 / %(by)s::int)", int)
TEXT: Select[str] = Select("SELECT to_json(%(text)s::text)", str)
LOCK = 7
NAME = "ends under test"
LOCKED: Select[str] = Select(f"SELECT to_json(pg_advisory_xact_lock_shared({LOCK})::text)", str)
NOWHERE = "postgresql://nobody@127.0.0.1:9/nothing"


def with_channel(url: str, steps: Callable[[Channels], Awaitable[None]]) -> None:
    async def run() -> None:
        async with open_channels(url, count=1, name=NAME) as channel:
            await steps(channel)

    asyncio.run(asyncio.wait_for(run(), 60))


async def leaves(asking: Awaitable[Any]) -> None:
    """Ask, and leave before there is an answer."""
    task = asyncio.ensure_future(asking)
    for _ in range(3):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - nothing says when an answer that nobody awaits arrives
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("read", "error"),
    [
        (NUMBER.read(by=5), None),
        (NUMBER.read(by=0), psycopg.errors.DivisionByZero),
        (TEXT.read(text="a\0b"), psycopg.errors.CharacterNotInRepertoire),
    ],
)
def test_an_answer_or_error_is_an_end(database: str, read: Read[Any], error: type[Exception] | None) -> None:
    async def steps(channel: Channels) -> None:
        ends: list[None] = []
        asked = await asyncio.gather(
            *[channel.ask(read, ended=lambda: ends.append(None)) for _ in range(3)], return_exceptions=True
        )
        assert [type(one) for one in asked] == [error or int] * 3
        assert len(ends) == 3

    with_channel(database, steps)


def test_who_leaves_has_not_ended_before_the_answer_or_the_connection_has(database: str) -> None:
    async def steps(channel: Channels) -> None:
        ends: list[None] = []
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as other:
            await other.execute(f"SELECT pg_advisory_lock({LOCK})")
            await leaves(channel.ask(LOCKED.read(), ended=lambda: ends.append(None)))
            assert not ends
            await other.execute(f"SELECT pg_advisory_unlock({LOCK})")
            await until(lambda: len(ends) == 1)
            await other.execute(f"SELECT pg_advisory_lock({LOCK})")
            await leaves(channel.ask(LOCKED.read(), ended=lambda: ends.append(None)))
            await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s", (NAME,)
            )
            await until(lambda: len(ends) == 2)
            assert await TEXT.read(text="on the next connection").of(channel.ask)
        assert len(ends) == 2

    with_channel(database, steps)


def test_a_read_that_was_never_sent_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "WAITING_MAX", 1)
    monkeypatch.setattr(channels, "POOL_WAIT_S", 0.1)

    async def steps(channel: Channels) -> None:
        ends: list[None] = []
        await leaves(channel.ask(NUMBER.read(by=5), ended=lambda: ends.append(None)))
        with pytest.raises(ReadsRefusedError, match="1 reads wait"):
            await channel.ask(NUMBER.read(by=5), ended=lambda: ends.append(None))
        await until(lambda: len(ends) == 2)

    with_channel(NOWHERE, steps)


def test_a_caller_who_leaves_again_and_again_has_no_more_reads_at_once(database: str) -> None:
    async def steps(channel: Channels) -> None:
        ask, turns = asked_in_turn(channel.ask), Turns()

        async def asked(caller: str, read: Read[str]) -> str:
            with opened(Spending(cost_max=1, answer_bytes_max=1, turns=turns.of(caller))):
                return await read.of(ask)

        await asked("another", TEXT.read(text="prepared"))
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as other:
            await other.execute(f"SELECT pg_advisory_lock({LOCK})")
            for _ in range(3 * READS_AT_ONCE_MAX):
                await leaves(asked("one", LOCKED.read()))
            (only,) = channel._channels
            assert only.waiting == READS_AT_ONCE_MAX
            await other.execute(f"SELECT pg_advisory_unlock({LOCK})")
        again = [asked("one", TEXT.read(text=f"{number}")) for number in range(3 * READS_AT_ONCE_MAX)]
        assert await asyncio.gather(*again) == [f"{number}" for number in range(3 * READS_AT_ONCE_MAX)]

    with_channel(database, steps)
