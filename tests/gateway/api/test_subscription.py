"""`portfolioChanged` sends each change once, in order, after the client's position, while access lasts."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from gateway.context import Context
from gateway.errors import ErrorCode, GatewayError
from gateway.limits.subscriptions import OpenSubscriptions
from gateway.reading import freshness
from projections.views import timeline
from rules.commands import LogPosition
from tests.gateway.harness import NOW, PEOPLE, SCHEMA, Harness

ASK = (
    "subscription ($after: Position) { portfolioChanged(after: $after) { position version facts { fact } } }"
)
GENERATION = "f" * 32


def change(ordinal: int, *, commit: int | None = None) -> timeline.Entry:
    at = NOW + timedelta(seconds=commit or ordinal)
    return timeline.Entry(
        partition=4,
        ordinal=ordinal,
        version=ordinal - 10,
        fact="TalentRevised",
        item=None,
        at=at,
        nl="Talent bijgewerkt",
        en="Talent brought up to date",
        correction=None,
    )


async def watching(harness: Harness, after: str | None = None, name: str = "owner") -> AsyncGenerator[Any]:
    context = Context(harness.gateway)
    await context.authenticate({"authorization": f"Bearer {harness.issuer.token(name)}"})
    results = await SCHEMA.stream(ASK, variable_values={"after": after}, context_value=context)
    async for result in results:
        yield result


def position_of(harness: Harness, ordinal: int, generation: str = GENERATION, partition: int = 4) -> str:
    return harness.position_cipher.encode(
        LogPosition(generation=generation, partition=partition, ordinal=ordinal)
    )


async def received(harness: Harness, count: int, after: str | None = None) -> list[int]:
    stream = watching(harness, after)
    seen = [(await anext(stream)).data["portfolioChanged"]["version"] for _ in range(count)]
    await stream.aclose()
    return seen


def test_what_comes_after_a_position_is_sent_once_and_in_order(harness: Harness) -> None:
    harness.views.changes = [change(ordinal) for ordinal in (11, 12, 15, 16)]
    assert asyncio.run(received(harness, 3, after=position_of(harness, 11))) == [2, 5, 6]


def test_without_a_position_only_new_changes_are_sent(harness: Harness) -> None:
    async def run() -> list[int]:
        harness.views.changes = [change(11), change(12)]
        waiting = asyncio.create_task(received(harness, 1))
        await asyncio.sleep(0.1)
        harness.views.changes.append(change(13))
        return await waiting

    assert asyncio.run(run()) == [3]


def test_the_position_of_each_change_is_where_to_continue(harness: Harness) -> None:
    harness.views.changes = [change(11), change(12)]

    async def run() -> str:
        stream = watching(harness, position_of(harness, 0))
        first = (await anext(stream)).data["portfolioChanged"]
        await stream.aclose()
        return str(first["position"])

    assert asyncio.run(received(harness, 1, after=asyncio.run(run()))) == [2]


def test_more_than_one_read_is_sent_without_waiting_for_a_signal(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.views.changes = [change(ordinal) for ordinal in range(11, 18)]
    everything_after = harness.views.entries_after

    async def three_at_once(_: object, person: str, ordinal: int) -> list[timeline.Entry]:
        return (await everything_after(None, person, ordinal))[:3]

    monkeypatch.setattr(timeline, "ENTRIES_AFTER_MAX", 3)
    monkeypatch.setattr(timeline, "entries_after", three_at_once)
    monkeypatch.setattr(harness.gateway.freshness, "_listening", True)

    async def run() -> list[int]:
        async with asyncio.timeout(5):
            return await received(harness, 6, after=position_of(harness, 11))

    assert asyncio.run(run()) == [2, 3, 4, 5, 6, 7]


def test_the_events_of_one_commit_are_sent_in_one_message_with_the_position_after_them(
    harness: Harness,
) -> None:
    harness.views.changes = [change(11, commit=1), change(12, commit=1), change(13, commit=2)]

    async def run() -> list[Any]:
        stream = watching(harness, position_of(harness, 0))
        messages = [(await anext(stream)).data["portfolioChanged"] for _ in range(2)]
        await stream.aclose()
        return messages

    first, second = asyncio.run(run())
    assert [len(message["facts"]) for message in (first, second)] == [2, 1]
    assert first["position"] == position_of(harness, 12)
    assert asyncio.run(received(harness, 1, after=first["position"])) == [3]


def test_a_position_in_another_partition_is_refused_since_ordinals_there_count_other_events(
    harness: Harness,
) -> None:
    harness.views.changes = [change(11)]

    async def run() -> Any:
        return await anext(watching(harness, position_of(harness, 99, partition=5)))

    assert asyncio.run(run()).errors[0].extensions["code"] == "BAD_REQUEST"


def test_moves_of_other_partitions_make_no_subscription_read(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = 0
    changes_after = harness.views.entries_after

    async def counted(_: object, person: str, ordinal: int) -> list[timeline.Entry]:
        nonlocal reads
        reads += 1
        return await changes_after(None, person, ordinal)

    async def run() -> None:
        waiting = asyncio.create_task(received(harness, 1, after=position_of(harness, 11)))
        await asyncio.sleep(0.2)
        before = reads
        for partition in ("3", "5", "40"):
            harness.gateway.freshness.notify(timeline.VIEW.name, partition)
        harness.gateway.freshness.notify("directory", "4")
        await asyncio.sleep(0.2)
        assert reads == before
        harness.views.changes.append(change(12))
        harness.gateway.freshness.notify(timeline.VIEW.name, "4")
        async with asyncio.timeout(10):
            assert await waiting == [2]

    monkeypatch.setattr(freshness, "POLL_S", 60.0)
    monkeypatch.setattr(timeline, "entries_after", counted)
    harness.views.changes = [change(11)]
    asyncio.run(run())


async def opened(harness: Harness, name: str = "owner") -> tuple[AsyncGenerator[Any], "asyncio.Task[Any]"]:
    stream = watching(harness, name=name)
    first = asyncio.create_task(anext(stream))
    await asyncio.sleep(0.05)
    return stream, first


def test_one_person_has_few_subscriptions_open_and_one_that_ended_makes_room(harness: Harness) -> None:
    async def run() -> None:
        streams = [await opened(harness) for _ in range(harness.gateway.limits.subscriptions_per_person_max)]
        assert open_now() == len(streams)
        over, refused = await opened(harness)
        assert (await refused).errors[0].extensions["code"] == "LIMIT_EXCEEDED"
        assert [result async for result in over] == []
        for stream, first in streams:
            first.cancel()
            with suppress(asyncio.CancelledError):
                await first
            await stream.aclose()
        assert open_now() == 0
        assert await received(harness, 1, after=position_of(harness, 0)) == [1]

    harness.views.changes = [change(11)]
    asyncio.run(run())


def test_a_process_has_only_so_many_open_for_all_callers() -> None:
    everyone = OpenSubscriptions(per_person_max=2, in_process_max=3)
    with everyone.opened_by("a"), everyone.opened_by("a"), everyone.opened_by("b"):
        with pytest.raises(GatewayError) as over, everyone.opened_by("c"):
            pass
        assert over.value.code is ErrorCode.LIMIT_EXCEEDED
    with everyone.opened_by("c"):
        assert open_now() == 1


def open_now() -> float:
    return REGISTRY.get_sample_value("ipp_gateway_subscriptions_open") or 0.0


def test_a_position_of_a_log_that_was_replaced_is_gone(harness: Harness) -> None:
    async def run() -> Any:
        return await anext(watching(harness, position_of(harness, 1, generation="0" * 32)))

    assert asyncio.run(run()).errors[0].extensions["code"] == "POSITION_GONE"


@pytest.mark.parametrize("name", [name for name in PEOPLE if name != "owner"])
def test_a_person_without_a_portfolio_gets_nothing(harness: Harness, name: str) -> None:
    async def run() -> Any:
        return await anext(watching(harness, name=name))

    assert asyncio.run(run()).errors[0].extensions["code"] == "FORBIDDEN"
