"""What the events of a subscription cost is taken from their caller's allowance, as for a query."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import pytest

from gateway.context import Context
from gateway.limits.allowance import Allowance, OverAllowanceError
from tests.gateway.api.test_subscription import change, position_of
from tests.gateway.harness import OWNER, PEOPLE, SCHEMA, Harness

FACTS = " ".join(f"a{number}: facts {{ fact id }}" for number in range(20))
COSTLY = f"subscription ($after: Position) {{ portfolioChanged(after: $after) {{ version {FACTS} }} }}"
BURST = 3
PER_MINUTE = 600
REQUEST_COST = 100
"""A costly event is more than one request, and less than two."""


@pytest.fixture
def harness(harness: Harness) -> Harness:
    harness.limit(
        requests_per_minute_max=PER_MINUTE,
        requests_burst_max=BURST,
        request_cost=REQUEST_COST,
        request_s_max=1.0,
    )
    harness.views.changes = [change(ordinal) for ordinal in range(11, 31)]
    return harness


def allowance_of(harness: Harness) -> Allowance:
    limits = harness.gateway.limits
    return Allowance(
        per_minute=limits.requests_per_minute_max,
        burst=limits.requests_burst_max,
        request_cost=limits.request_cost,
        now_s=lambda: harness.clock.now().timestamp(),
    )


async def watching(
    harness: Harness, allowance: Allowance, document: str = COSTLY, name: str = "owner"
) -> AsyncGenerator[Any]:
    context = Context(harness.gateway, allowance=allowance)
    await context.authenticate({"authorization": f"Bearer {harness.issuer.token(name)}"})
    after = {"after": position_of(harness, 0)}
    async for result in await SCHEMA.stream(document, variable_values=after, context_value=context):
        yield result


async def sent_at_once(stream: AsyncGenerator[Any]) -> tuple[list[int], asyncio.Task[Any]]:
    """Return the versions that come while the clock does not move, and the waiting for the next event."""
    seen: list[int] = []
    while True:
        coming = asyncio.ensure_future(anext(stream))
        await asyncio.wait({coming}, timeout=0.3)
        if not coming.done():
            return seen, coming
        seen.append(coming.result().data["portfolioChanged"]["version"])


async def all_at_once(stream: AsyncGenerator[Any]) -> list[int]:
    seen, coming = await sent_at_once(stream)
    coming.cancel()
    await asyncio.wait({coming})
    return seen


def test_events_that_cost_more_than_the_allowance_come_as_fast_as_it_refills(harness: Harness) -> None:
    async def run() -> Any:
        async with aclosing(watching(harness, allowance_of(harness))) as stream:
            seen, coming = await sent_at_once(stream)
            assert seen == [1, 2]
            harness.clock.advance(timedelta(seconds=BURST * 60 / PER_MINUTE))
            return await coming

    after_waiting = asyncio.run(run())
    assert after_waiting.errors is None
    assert after_waiting.data["portfolioChanged"]["version"] == 3


def test_one_that_can_t_be_paid_in_the_time_of_a_request_ends_with_the_error_of_a_limit(
    harness: Harness,
) -> None:
    async def run() -> list[Any]:
        async with asyncio.timeout(20):
            return [result async for result in watching(harness, allowance_of(harness))]

    *sent, last = asyncio.run(run())
    assert [result.data["portfolioChanged"]["version"] for result in sent] == [1, 2]
    assert last.errors[0].extensions["code"] == "LIMIT_EXCEEDED"
    assert "try again in" in last.errors[0].message


def test_events_and_requests_take_from_the_same_allowance_and_not_from_another_person_s(
    harness: Harness,
) -> None:
    async def run() -> None:
        allowance = allowance_of(harness)
        await all_at_once(watching(harness, allowance))
        with pytest.raises(OverAllowanceError):
            allowance.take_request(f"person {OWNER}")
        allowance.take_request(f"person {PEOPLE['colleague']}")

    asyncio.run(run())


def test_an_event_is_paid_also_when_its_subscription_ends_at_once(harness: Harness) -> None:
    async def run() -> None:
        allowance = allowance_of(harness)
        for _ in range(2):
            async with aclosing(watching(harness, allowance)) as stream:
                await anext(stream)
        with pytest.raises(OverAllowanceError):
            allowance.take_request(f"person {OWNER}")

    asyncio.run(run())


def test_events_within_the_allowance_do_not_wait(harness: Harness) -> None:
    few = "subscription ($after: Position) { portfolioChanged(after: $after) { version } }"
    harness.limit(requests_burst_max=300, request_cost=500)
    seen = asyncio.run(all_at_once(watching(harness, allowance_of(harness), few)))
    assert seen == list(range(1, 21))
