"""A subscription ends when its right does, whether its partition is silent or never rests."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from gateway.api.portfolio import changes
from gateway.auth import Identity
from kit.http.tokens import TokenRefusedError
from projections.views import directory, timeline
from tests.gateway.api.test_subscription import change, place, watching
from tests.gateway.house import House


def test_it_ends_when_the_token_expires(house: House) -> None:
    async def run() -> list[Any]:
        stream = watching(house, place(house, 0))
        await anext(stream)
        house.clock.advance(timedelta(days=1))
        return [result async for result in stream]

    house.views.changes = [change(11)]
    assert asyncio.run(run()) == []


def test_it_ends_when_the_role_is_no_longer_held(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(*_: object) -> directory.Known:
        return directory.Known(person=None, roles=[], parked=False)

    async def run() -> list[Any]:
        stream = watching(house, place(house, 0))
        await anext(stream)
        monkeypatch.setattr(directory, "known_of", nobody)
        house.views.changes.append(change(12))
        return [result async for result in stream]

    house.views.changes = [change(11)]
    (last,) = asyncio.run(run())
    assert last.errors[0].extensions["code"] == "FORBIDDEN"


def test_one_in_which_nothing_happens_ends_too_when_the_token_expires(house: House) -> None:
    async def run() -> list[Any]:
        stream = watching(house)
        waiting = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.1)
        house.clock.advance(timedelta(days=1))
        async with asyncio.timeout(10):
            with pytest.raises(StopAsyncIteration):
                await waiting
        return [result async for result in stream]

    assert asyncio.run(run()) == []


def test_one_in_which_nothing_happens_ends_too_when_the_role_is_gone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(*_: object) -> directory.Known:
        return directory.Known(person=None, roles=[], parked=False)

    monkeypatch.setattr(changes, "ACCESS_CHECK_S", 0.2)
    monkeypatch.setattr(house.gateway.freshness, "_listening", True)

    async def run() -> Any:
        stream = watching(house)
        waiting = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.1)
        monkeypatch.setattr(directory, "known_of", nobody)
        async with asyncio.timeout(10):
            return await waiting

    assert asyncio.run(run()).errors[0].extensions["code"] == "FORBIDDEN"


@pytest.mark.parametrize("gone", ["role", "token", "log"])
def test_one_in_a_partition_that_never_rests_ends_too(
    house: House, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    async def nobody(*_: object) -> directory.Known:
        return directory.Known(person=None, roles=[], parked=False)

    async def another_log(*_: object) -> str:
        return "0" * 32

    async def never_rests() -> None:
        while True:
            house.gateway.freshness.notify(timeline.VIEW.name, "4")
            await asyncio.sleep(0.01)

    async def refused(*_: object) -> Identity:
        raise TokenRefusedError("the token was not signed by the issuer")

    async def run() -> Any:
        waiting = asyncio.create_task(anext(watching(house)))
        moving = asyncio.create_task(never_rests())
        await asyncio.sleep(0.1)
        if gone == "role":
            monkeypatch.setattr(directory, "known_of", nobody)
        elif gone == "token":
            monkeypatch.setattr(house.gateway.authenticator, "confirmed", refused)
        else:
            monkeypatch.setattr(house.gateway.freshness, "generation", another_log)
        try:
            async with asyncio.timeout(10):
                return await waiting
        finally:
            moving.cancel()

    monkeypatch.setattr(changes, "ACCESS_CHECK_S", 0.2)
    monkeypatch.setattr(changes, "GENERATION_CHECK_S", 0.2)
    monkeypatch.setattr(house.gateway.freshness, "_listening", True)
    house.views.changes = [change(11)]
    codes = {"role": "FORBIDDEN", "token": "UNAUTHENTICATED", "log": "POSITION_GONE"}
    assert asyncio.run(run()).errors[0].extensions["code"] == codes[gone]
