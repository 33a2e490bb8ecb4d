"""A subscription ends when its right does, whether its partition is silent or never rests."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from gateway.api import subscribing
from gateway.auth import Identity
from kit.http.tokens import TokenRefusedError
from projections.views import directory, timeline
from tests.gateway.api.test_subscription import change, position_of, watching
from tests.gateway.harness import Harness


def test_it_ends_when_the_token_expires(harness: Harness) -> None:
    async def run() -> list[Any]:
        stream = watching(harness, position_of(harness, 0))
        await anext(stream)
        harness.clock.advance(timedelta(days=1))
        return [result async for result in stream]

    harness.views.changes = [change(11)]
    assert asyncio.run(run()) == []


def test_it_ends_when_the_role_is_no_longer_held(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(*_: object) -> directory.Known:
        return directory.Known(person=None, granted=[], parked=False)

    async def run() -> list[Any]:
        stream = watching(harness, position_of(harness, 0))
        await anext(stream)
        monkeypatch.setattr(directory, "known_of", nobody)
        harness.views.changes.append(change(12))
        return [result async for result in stream]

    harness.views.changes = [change(11)]
    (last,) = asyncio.run(run())
    assert last.errors[0].extensions["code"] == "FORBIDDEN"


def test_one_in_which_nothing_happens_ends_too_when_the_token_expires(harness: Harness) -> None:
    async def run() -> list[Any]:
        stream = watching(harness)
        waiting = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.1)
        harness.clock.advance(timedelta(days=1))
        async with asyncio.timeout(10):
            with pytest.raises(StopAsyncIteration):
                await waiting
        return [result async for result in stream]

    assert asyncio.run(run()) == []


def test_one_in_which_nothing_happens_ends_too_when_the_role_is_gone(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody(*_: object) -> directory.Known:
        return directory.Known(person=None, granted=[], parked=False)

    monkeypatch.setattr(subscribing, "ACCESS_CHECK_S", 0.2)
    monkeypatch.setattr(harness.gateway.freshness, "_listening", True)

    async def run() -> Any:
        stream = watching(harness)
        waiting = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.1)
        monkeypatch.setattr(directory, "known_of", nobody)
        async with asyncio.timeout(10):
            return await waiting

    assert asyncio.run(run()).errors[0].extensions["code"] == "FORBIDDEN"


@pytest.mark.parametrize("gone", ["role", "token", "log"])
def test_one_in_a_partition_that_never_rests_ends_too(
    harness: Harness, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    async def nobody(*_: object) -> directory.Known:
        return directory.Known(person=None, granted=[], parked=False)

    async def another_log(*_: object) -> str:
        return "0" * 32

    async def never_rests() -> None:
        while True:
            harness.gateway.freshness.notify(timeline.VIEW.name, "4")
            await asyncio.sleep(0.01)

    async def refused(*_: object) -> Identity:
        raise TokenRefusedError("the token was not signed by the issuer")

    async def run() -> Any:
        waiting = asyncio.create_task(anext(watching(harness)))
        moving = asyncio.create_task(never_rests())
        await asyncio.sleep(0.1)
        if gone == "role":
            monkeypatch.setattr(directory, "known_of", nobody)
        elif gone == "token":
            monkeypatch.setattr(harness.gateway.authenticator, "confirmed", refused)
        else:
            monkeypatch.setattr(harness.gateway.freshness, "generation", another_log)
        try:
            async with asyncio.timeout(10):
                return await waiting
        finally:
            moving.cancel()

    monkeypatch.setattr(subscribing, "ACCESS_CHECK_S", 0.2)
    monkeypatch.setattr(subscribing, "GENERATION_CHECK_S", 0.2)
    monkeypatch.setattr(harness.gateway.freshness, "_listening", True)
    harness.views.changes = [change(11)]
    codes = {"role": "FORBIDDEN", "token": "UNAUTHENTICATED", "log": "POSITION_GONE"}
    assert asyncio.run(run()).errors[0].extensions["code"] == codes[gone]
