"""`capabilityReleased` lasts as long as the right to it, and says in one line why it ended."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from events.catalog.policy import RoleWithdrawn
from gateway.api import subscribing
from rules.access.roles import Role
from tests.gateway.api.releases.subscribing import (
    GRANTS,
    filled,
    releases_out,
    run,
    subscriber,
    until,
    waiting,
)
from tests.gateway.world import World
from tests.releases import ORGANISATION

pytestmark = pytest.mark.postgres


@pytest.fixture
def house(world: World) -> World:
    return filled(world)


def test_a_role_withdrawn_meanwhile_ends_it_before_the_next_message_though_others_get_it(
    house: World,
) -> None:
    async def steps() -> tuple[Any, Any]:
        async with (
            waiting(house, 1, role=Role.HR) as (hr,),
            waiting(house, 1, role=Role.BOARD) as (board,),
        ):
            house.happened(f"policy-{ORGANISATION}", RoleWithdrawn(grant=GRANTS[Role.HR]))
            releases_out(house, 2)
            return await hr, await board

    hr, board = run(steps())
    assert hr.data is None
    assert hr.errors[0].extensions["code"] == "FORBIDDEN"
    assert board.data["capabilityReleased"]["epoch"] == 2


def test_one_that_is_silent_ends_when_the_role_is_withdrawn_and_says_so_in_one_line(
    house: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscribing, "ACCESS_CHECK_S", 0.2)
    monkeypatch.setattr(house.gateway.freshness, "_listening", True)

    async def steps() -> list[Any]:
        stream = subscriber(house)
        first = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.3)
        house.happened(f"policy-{ORGANISATION}", RoleWithdrawn(grant=GRANTS[Role.HR]))
        return [await first, *[result async for result in stream]]

    with capture_logs() as logs:
        (last,) = run(steps())
    assert last.errors[0].extensions["code"] == "FORBIDDEN"
    assert [line for line in logs if line["event"] == "subscription.ended"] == [
        {
            "event": "subscription.ended",
            "log_level": "info",
            "field": "capabilityReleased",
            "why": "FORBIDDEN",
        }
    ]


def test_one_that_is_silent_ends_when_its_token_expires_and_says_so_in_one_line(house: World) -> None:
    async def steps() -> list[Any]:
        stream = subscriber(house)
        first = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.3)
        house.clock.advance(timedelta(days=1))
        with pytest.raises(StopAsyncIteration):
            await first
        return [result async for result in stream]

    with capture_logs() as logs:
        assert run(steps()) == []
    ended = [line["why"] for line in logs if line["event"] == "subscription.ended"]
    assert ended == ["the token expired"]


def test_one_whose_client_left_says_so_in_one_line_and_leaves_no_task(house: World) -> None:
    async def steps() -> tuple[int, int]:
        before = len(asyncio.all_tasks())
        async with waiting(house, 5):
            pass
        await until(lambda: len(asyncio.all_tasks()) <= before)  # a read in progress ends by itself
        return before, len(asyncio.all_tasks())

    with capture_logs() as logs:
        before, after = run(steps())
    assert after == before
    ended = [line["why"] for line in logs if line["event"] == "subscription.ended"]
    assert ended == ["the client left"] * 5
    assert not house.gateway.freshness._waiting
