"""Many reads on few connections: each gets its own answer or error, whatever happens to the others."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import Any

import psycopg
import pytest

from kit.postgres import channel, channels
from kit.postgres.channels import Channels, ReadsRefusedError, open_channels
from kit.postgres.statements import Select, both

pytestmark = pytest.mark.postgres

ECHO: Select[list[Any]] = Select("SELECT json_build_array(%(text)s::text, %(number)s::int)", list)
DIVIDED: Select[int] = Select("SELECT to_json(100 / %(by)s::int)", int)
WRONG: Select[int] = Select("SELECT to_json(nothing_like_it)", int)
LONG: Select[str] = Select("SELECT to_json(repeat(%(letter)s::text, 300000))", str)
SLOW: Select[str] = Select("SELECT to_json(pg_sleep(%(for_s)s::text::float8)::text)", str)
PROCESS: Select[int] = Select("SELECT to_json(pg_backend_pid())", int)


def with_channels(url: str, steps: Callable[[Channels], Awaitable[None]], *, count: int = 2) -> None:
    async def run() -> None:
        async with open_channels(url, count=count, name="channels under test") as opened:
            await steps(opened)

    asyncio.run(asyncio.wait_for(run(), 60))


def test_values_of_every_type_arrive_as_they_are(database: str) -> None:
    types: Select[list[Any]] = Select(
        "SELECT json_build_array(%(text)s::text, %(flag)s::bool, %(day)s::date, %(moment)s::timestamptz = "
        "'2026-11-30 12:00:00.000001+00', %(none)s::text IS NULL, %(texts)s::text[], 'a' LIKE '%%')",
        list,
    )
    texts = ["", 'quote " and \\', "comma, {brace}", "NULL", "é"]
    text = 'é " \\ \n'
    moment = datetime(2026, 11, 30, 12, microsecond=1, tzinfo=UTC)
    expected = [text, True, "2026-11-30", True, True, texts, True]

    async def steps(opened: Channels) -> None:
        read = types.read(text=text, flag=True, day=date(2026, 11, 30), texts=texts, moment=moment, none=None)
        assert await read.of(opened.ask) == expected
        async with await psycopg.AsyncConnection.connect(database) as connection:
            assert await read.of(connection) == expected
        with pytest.raises(psycopg.DataError):
            await ECHO.read(text="a\0b", number=1).of(opened.ask)
        assert await both(ECHO, DIVIDED).read(text="a", number=1, by=4).of(opened.ask) == (["a", 1], 25)

    with_channels(database, steps)


def test_reads_are_planned_once_for_rows_by_their_keys_and_nothing_is_written(database: str) -> None:
    names = (
        "random_page_cost",
        "enable_bitmapscan",
        "plan_cache_mode",
        "jit",
        "default_transaction_read_only",
    )
    settings = ", ".join(f"current_setting('{name}')" for name in names)
    asked: Select[list[str]] = Select(f"SELECT json_build_array({settings})", list[str])

    async def steps(opened: Channels) -> None:
        assert await asked.read().of(opened.ask) == ["1.1", "off", "force_generic_plan", "off", "on"]

    with_channels(database, steps)


async def asked_at_random(opened: Channels, chance: random.Random, number: int) -> None:
    """Ask something, and see that the answer, or the error, is the one that belongs to it."""
    match chance.randrange(8):
        case 0:
            with pytest.raises(psycopg.errors.DivisionByZero):
                await DIVIDED.read(by=0).of(opened.ask)
        case 1:
            with pytest.raises(psycopg.errors.UndefinedColumn):
                await WRONG.read().of(opened.ask)
        case 2:
            letter = chance.choice("xyz")
            assert await LONG.read(letter=letter).of(opened.ask) == letter * 300_000
        case 3:
            task = asyncio.create_task(ECHO.read(text="left", number=number).of(opened.ask))
            for _ in range(chance.randrange(3)):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        case _:
            assert await ECHO.read(text=f"t{number}", number=number).of(opened.ask) == [f"t{number}", number]


def test_each_of_many_mixed_reads_gets_its_own_answer_or_error(database: str) -> None:
    chance = random.Random(4)  # noqa: S311 - an order of statements, no secret

    async def steps(opened: Channels) -> None:
        for burst in range(12):
            numbers = range(100 * burst, 100 * burst + chance.randrange(60))
            await asyncio.gather(*[asked_at_random(opened, chance, number) for number in numbers])
        assert not opened._pending

    with_channels(database, steps)


def test_what_is_asked_in_one_turn_leaves_in_one_piece(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def steps(opened: Channels) -> None:
        await ECHO.read(text="prepared", number=0).of(opened.ask)
        (only,) = opened._channels
        flushes = 0
        flush = only._flush

        def counting() -> None:
            nonlocal flushes
            flushes += 1
            flush()

        monkeypatch.setattr(only, "_flush", counting)
        asked = [ECHO.read(text="t", number=number).of(opened.ask) for number in range(20)]
        assert await asyncio.gather(*asked) == [["t", number] for number in range(20)]
        assert flushes == 1

    with_channels(database, steps, count=1)


def test_nothing_can_be_written(database: str) -> None:
    write: Select[int] = Select("SELECT to_json(lo_create(0)::bigint)", int)

    async def steps(opened: Channels) -> None:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            await write.read().of(opened.ask)

    with_channels(database, steps)


def end(url: str, process: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (process,))


def test_reads_outlive_their_connection(database: str) -> None:
    async def steps(opened: Channels) -> None:
        process = await PROCESS.read().of(opened.ask)
        waiting = [asyncio.create_task(SLOW.read(for_s="0.3").of(opened.ask)) for _ in range(3)]
        await asyncio.sleep(0.1)
        await asyncio.to_thread(end, database, process)
        assert await asyncio.gather(*waiting) == [""] * 3
        assert await PROCESS.read().of(opened.ask) != process
        idle = await PROCESS.read().of(opened.ask)
        await asyncio.to_thread(end, database, idle)
        assert await PROCESS.read().of(opened.ask) != idle

    with_channels(database, steps, count=1)


def test_a_statement_over_its_time_is_an_error_for_its_caller_alone(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "STATEMENT_S_MAX", 0.2)

    async def steps(opened: Channels) -> None:
        slow = asyncio.create_task(SLOW.read(for_s="30").of(opened.ask))
        others = [asyncio.create_task(ECHO.read(text="t", number=n).of(opened.ask)) for n in range(5)]
        assert await asyncio.gather(*others) == [["t", number] for number in range(5)]
        with pytest.raises(psycopg.errors.QueryCanceled):
            await slow

    with_channels(database, steps, count=1)


def test_a_connection_that_is_silent_is_given_up(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel, "SILENCE_S_MAX", 0.2)

    async def steps(opened: Channels) -> None:
        process = await PROCESS.read().of(opened.ask)
        with pytest.raises(psycopg.OperationalError, match="has not answered"):
            await SLOW.read(for_s="2").of(opened.ask)  # on its second connection too
        assert await PROCESS.read().of(opened.ask) != process

    with_channels(database, steps, count=1)


def test_who_waits_while_it_closes_gets_an_answer_or_an_error(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "CLOSE_S_MAX", 0.3)

    async def steps(opened: Channels) -> None:
        # One connection for each, since the answers of one batch come together: asked in two turns.
        await asyncio.gather(*opened._opening)
        soon = asyncio.create_task(SLOW.read(for_s="0.1").of(opened.ask))
        for _ in range(2):
            await asyncio.sleep(0)
        late = asyncio.create_task(SLOW.read(for_s="5").of(opened.ask))
        await asyncio.sleep(0)
        await opened.close()
        assert await soon == ""
        with pytest.raises(psycopg.OperationalError):
            await late
        with pytest.raises(ReadsRefusedError):
            await PROCESS.read().of(opened.ask)

    with_channels(database, steps)


def test_what_is_asked_in_one_turn_leaves_on_one_connection_up_to_a_number(database: str) -> None:
    async def steps(opened: Channels) -> None:
        await asyncio.gather(*opened._opening)
        for asked, connections in ((1, 1), (channel.TOGETHER_MAX, 1), (channel.TOGETHER_MAX + 1, 2)):
            answers = await asyncio.gather(*(PROCESS.read().of(opened.ask) for _ in range(asked)))
            assert len(set(answers)) == connections

    with_channels(database, steps)


def test_waiting_is_bounded_in_number_and_time(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "WAITING_MAX", 2)
    monkeypatch.setattr(channels, "POOL_WAIT_S", 0.1)
    nowhere = "postgresql://nobody@127.0.0.1:9/nothing"

    async def steps(opened: Channels) -> None:
        waiting = [asyncio.create_task(PROCESS.read().of(opened.ask)) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(ReadsRefusedError, match="2 reads wait"):
            await PROCESS.read().of(opened.ask)
        for task in waiting:
            with pytest.raises(ReadsRefusedError, match="no connection"):
                await task

    with_channels(nowhere, steps)


def test_a_read_that_could_not_be_sent_is_asked_on_the_next_connection(database: str) -> None:
    async def steps(opened: Channels) -> None:
        process = await PROCESS.read().of(opened.ask)
        (only,) = opened._channels
        only._pgconn.finish()  # as libpq does in a write to a server that is gone
        assert await ECHO.read(text="never prepared there", number=1).of(opened.ask) == [
            "never prepared there",
            1,
        ]
        assert await PROCESS.read().of(opened.ask) != process

    with_channels(database, steps, count=1)


def test_a_connection_that_is_out_of_step_answers_nobody_any_more(database: str) -> None:
    async def steps(opened: Channels) -> None:
        process = await PROCESS.read().of(opened.ask)
        (only,) = opened._channels
        only._pgconn.pipeline_sync()  # an answer arrives that nobody expects
        reads = [ECHO.read(text="t", number=number).of(opened.ask) for number in range(5)]
        assert await asyncio.gather(*reads) == [["t", number] for number in range(5)]
        assert await PROCESS.read().of(opened.ask) != process

    with_channels(database, steps, count=1)


def test_reads_of_callers_who_left_are_among_those_that_wait(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "WAITING_MAX", 3)

    async def steps(opened: Channels) -> None:
        await PROCESS.read().of(opened.ask)
        left = [asyncio.create_task(SLOW.read(for_s="0.1").of(opened.ask)) for _ in range(3)]
        await asyncio.sleep(0)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        with pytest.raises(ReadsRefusedError, match="3 reads wait"):
            await PROCESS.read().of(opened.ask)
        (only,) = opened._channels
        while only.waiting:  # noqa: ASYNC110 - nothing says when an answer that nobody awaits arrives
            await asyncio.sleep(0.01)
        await PROCESS.read().of(opened.ask)

    with_channels(database, steps, count=1)
